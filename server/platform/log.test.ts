/** The allow-list is what keeps contact data out of the log: take it away and these fail. */
import { describe, expect, it } from 'vitest';
import { allowListed, createLog } from './log.ts';

const CANARY = 'dewi@maju.example';

function captured(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog('debug', { write: (line) => void lines.push(line) }));
  return lines.join('');
}

describe('the log', () => {
  it('drops every field that is not on the list', () => {
    const fields = { leadId: 'lead_1', email: CANARY, contact: { phone: '+62' }, payload: [CANARY], ms: 3 };
    expect(allowListed(fields)).toEqual({ leadId: 'lead_1', ms: 3 });
  });

  it('drops objects under an allowed name, and says only that there was text where a code is expected', () => {
    expect(allowListed({ kind: { email: CANARY }, code: 'x'.repeat(500) })).toEqual({ code: '(text)' });
  });

  it.each(['debug', 'info', 'warn'] as const)('%s writes ids and no contact data', (level) => {
    const line = captured((log) => log[level]('taken in', { leadId: 'lead_1', email: CANARY } as never));
    expect(line).toContain('lead_1');
    expect(line).not.toContain(CANARY);
  });

  it('writes of an error its name, code and frames, never its message, which may quote input', () => {
    const error = Object.assign(new Error(`bad address ${CANARY}`), { code: 'E_BAD' });
    const line = captured((log) => log.error('failed', { leadId: 'lead_1', phone: CANARY } as never, error));
    expect(line).toContain('E_BAD');
    expect(line).not.toContain(CANARY);
  });
});
