/** What the API answers: data, errors, or both. */
export interface Answer {
  data?: unknown;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** What the API is asked. */
export interface Request {
  query: string;
  operationName?: string | null;
  variables?: unknown;
}

/** Sends one request to the API. What goes wrong on the way is told as a GraphQL error, so that it is shown the same way. */
export async function send(request: Request, token: string | undefined): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(request),
    });
  } catch {
    return failure('The server cannot be reached. Is `kontor serve` still running?');
  }
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return failure(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 300)}`);
  }
}

/** Whether the API asks for a sign-in. */
export function isUnauthenticated(answer: Answer): boolean {
  return answer.errors?.some((error) => error.extensions?.code === 'UNAUTHENTICATED') ?? false;
}

function failure(message: string): Answer {
  return { errors: [{ message }] };
}
