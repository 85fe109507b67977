/** Where the server under test is, and who signs in to it: set by `crates/server/tests/binary/clients.rs`. */
export const url = setting('KONTOR_URL');
export const email = setting('KONTOR_EMAIL');
export const password = setting('KONTOR_PASSWORD');

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** A token, without any client library. */
export async function signIn(): Promise<string> {
  const query = 'mutation($email: String!, $password: String!) { login(email: $email, password: $password) { accessToken } }';
  const body = JSON.stringify({ query, variables: { email, password } });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const answer = (await response.json()) as { data: { login: { accessToken: string } } };
  return answer.data.login.accessToken;
}
