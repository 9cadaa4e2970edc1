/** A real Redis for tests: the one that the load tester breaks, too. */
export { startRedis, type TestRedis, type TestRedisOptions } from '../../tools/faults/redis-server.ts';
