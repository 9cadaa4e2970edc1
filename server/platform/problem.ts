/** Errors as RFC 9457 says them: one shape, a stable `code`, and the field that was wrong. */
export interface FieldProblem {
  /** `company.name`; `body` for the body as a whole. */
  field: string;
  message: string;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  /** The request's id, as in the log. */
  instance?: string;
  /** The first wrong field. */
  field?: string;
  errors?: FieldProblem[];
  [member: string]: unknown;
}

const TITLES: Record<number, string> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  408: 'Too slow',
  409: 'Not possible now',
  412: 'It has changed since you read it',
  413: 'Too large',
  415: 'Not JSON',
  422: 'It contradicts an earlier request',
  428: 'If-Match is needed',
  429: 'Too many attempts',
  431: 'Headers too large',
  500: 'The server failed',
  503: 'Not now, ask again',
};

/** Thrown by a route to answer with a problem; caught in one place (platform/http.ts). */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: string;
  readonly members: Record<string, unknown>;

  constructor(status: number, code: string, detail: string, members: Record<string, unknown> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.members = members;
  }
}

export function problemBody(
  status: number,
  code: string,
  detail: string | undefined,
  members: Record<string, unknown> = {},
): ProblemBody {
  const title = TITLES[status] ?? 'Error';
  return { type: `/problems/${code}`, title, status, code, ...(detail ? { detail } : {}), ...members };
}

/** zod's issues as fields with a path; an unknown key is named itself. */
export function fieldProblems(
  issues: readonly { path: readonly PropertyKey[]; message: string; code?: string; keys?: string[] }[],
  root = 'body',
): FieldProblem[] {
  return issues.flatMap(({ path, message, code, keys }) => {
    const at = path.map(String);
    if (code === 'unrecognized_keys' && keys !== undefined) {
      return keys.map((key) => ({ field: [...at, key].join('.'), message: 'is not a known field' }));
    }
    return [{ field: at.join('.') || root, message }];
  });
}
