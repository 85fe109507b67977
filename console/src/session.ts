import { send } from './api';

/** Who is signed in. */
export interface User {
  id: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
  role: string;
}

/** A sign-in: the token that is sent with each request, the one that buys the next, and whose they are. */
export interface Session {
  accessToken: string;
  refreshToken: string;
  /** When one has to sign in again. */
  sessionExpiresAt: string;
  user: User;
}

const key = 'kontor.session';

const tokens = /* GraphQL */ `
  fragment Tokens on Session {
    accessToken
    refreshToken
    sessionExpiresAt
    user { id email firstName lastName role }
  }
`;

const login = /* GraphQL */ `
  mutation Login($email: String!, $password: String!, $code: String) {
    login(email: $email, password: $password, code: $code) {
      ...Tokens
    }
  }
  ${tokens}
`;

const refresh = /* GraphQL */ `
  mutation Refresh($refreshToken: String!) {
    refreshToken(refreshToken: $refreshToken) {
      ...Tokens
    }
  }
  ${tokens}
`;

const logout = /* GraphQL */ `
  mutation Logout($refreshToken: String!) {
    logout(refreshToken: $refreshToken)
  }
`;

/** The password is right, and a one-time code is wanted too. */
export class CodeMissing extends Error {}

/** Signs in; an error says what the API said. */
export async function signIn(email: string, password: string, code?: string): Promise<Session> {
  const answer = await send({ query: login, operationName: 'Login', variables: { email, password, code } }, undefined);
  const session = (answer.data as { login?: Session } | null | undefined)?.login;
  if (session) return session;
  const message = answer.errors?.map((error) => error.message).join(' ') || 'The server gave no answer.';
  const missing = answer.errors?.some((error) => error.extensions?.code === 'SECOND_FACTOR_REQUIRED');
  throw missing ? new CodeMissing('Enter the code that your app shows.') : new Error(message);
}

/** The session with new tokens; nothing when it has ended. */
export async function renew(session: Session): Promise<Session | null> {
  const { refreshToken } = session;
  const answer = await send({ query: refresh, operationName: 'Refresh', variables: { refreshToken } }, undefined);
  return (answer.data as { refreshToken?: Session } | null | undefined)?.refreshToken ?? null;
}

/** Ends the session on the server too. */
export async function signOut(session: Session): Promise<void> {
  const { refreshToken } = session;
  await send({ query: logout, operationName: 'Logout', variables: { refreshToken } }, undefined);
}

/** The session of this browser tab, unless it is over. */
export function recall(): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
    return session && Date.parse(session.sessionExpiresAt) > Date.now() ? session : null;
  } catch {
    return null;
  }
}

/** Keeps the session until the browser tab is closed. */
export function remember(session: Session): void {
  sessionStorage.setItem(key, JSON.stringify(session));
}

/** Forgets the session. */
export function forget(): void {
  sessionStorage.removeItem(key);
}

/** The name of a user as people write it. */
export function nameOf(user: User): string {
  return [user.firstName, user.lastName].filter(Boolean).join(' ') || user.email;
}
