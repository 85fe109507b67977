import { send } from './api';

/** Who is signed in. */
export interface User {
  id: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
  role: string;
}

/** A sign-in: the token that is sent with each request, and whose it is. */
export interface Session {
  accessToken: string;
  expiresAt: string;
  user: User;
}

const key = 'kontor.session';

const login = /* GraphQL */ `
  mutation Login($email: String!, $password: String!) {
    login(email: $email, password: $password) {
      accessToken
      expiresAt
      user { id email firstName lastName role }
    }
  }
`;

/** Signs in; an error says what the API said. */
export async function signIn(email: string, password: string): Promise<Session> {
  const answer = await send({ query: login, operationName: 'Login', variables: { email, password } }, undefined);
  const session = (answer.data as { login?: Session } | null | undefined)?.login;
  if (session) return session;
  throw new Error(answer.errors?.map((error) => error.message).join(' ') || 'The server gave no answer.');
}

/** The session of this browser tab, unless it is over. */
export function recall(): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Session | null;
    return session && Date.parse(session.expiresAt) > Date.now() ? session : null;
  } catch {
    return null;
  }
}

/** Keeps the session until the browser tab is closed. */
export function remember(session: Session): void {
  sessionStorage.setItem(key, JSON.stringify(session));
}

/** Signs out. */
export function forget(): void {
  sessionStorage.removeItem(key);
}

/** The name of a user as people write it. */
export function nameOf(user: User): string {
  return [user.firstName, user.lastName].filter(Boolean).join(' ') || user.email;
}
