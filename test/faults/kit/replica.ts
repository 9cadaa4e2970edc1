/** A second Redis that follows a first one, and takes its place when a test says so. */
import { connect } from '../../support/arbiter-benches.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

/** Follows the Redis at that port of 127.0.0.1, or whatever a proxy there leads to; resolves when it has all of it. */
export async function startReplica(masterPort: number): Promise<TestRedis> {
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(masterPort)] });
  const observer = await connect(replica.url, 'plain');
  while (!(await observer.info('replication')).includes('master_link_status:up'));
  observer.disconnect();
  return replica;
}

/** It follows nobody from now on, and takes writes. */
export async function promote(replica: TestRedis): Promise<void> {
  const observer = await connect(replica.url, 'plain');
  await observer.replicaof('NO', 'ONE');
  observer.disconnect();
}
