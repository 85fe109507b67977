import { type FormEvent, useEffect, useState } from 'react';
import icon from './icon.svg';
import { CodeMissing, nameOf, type Session, signIn } from './session';

/** A user that the server offers for trying things out. */
interface DemoUser {
  email: string;
  password: string;
  label: string;
}

interface Props {
  session: Session | null;
  notice: string | null;
  onChange(session: Session | null, notice?: string | null): void;
  onLeave(): void;
}

/** The bar above the explorer: a sign-in form and the demo users, or who is signed in. */
export function SignIn({ session, notice, onChange, onLeave }: Props) {
  const { demo, version } = useServerInfo();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  // Asked for once the server wants one.
  const [code, setCode] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const enter = async (asEmail: string, asPassword: string, withCode?: string) => {
    setBusy(true);
    try {
      onChange(await signIn(asEmail, asPassword, withCode));
      setPassword('');
      setCode(null);
    } catch (error) {
      if (error instanceof CodeMissing) setCode('');
      onChange(null, error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(email.trim(), password, code?.trim() || undefined);
  };

  return (
    <header className="kontor-bar">
      <div className="kontor-brand">
        <img src={icon} alt="" width="24" height="24" />
        <h1>Kontor</h1>
        {version && <small>{version}</small>}
      </div>
      {session ? (
        <div className="kontor-session" data-testid="session">
          <span className="kontor-who" title={session.user.email}>
            <b>{nameOf(session.user)}</b>
            <small>{session.user.email}</small>
          </span>
          <span className="kontor-role">{session.user.role.toLowerCase()}</span>
          <button type="button" onClick={onLeave}>
            Sign out
          </button>
        </div>
      ) : (
        <div className="kontor-entry">
          {demo.length > 0 && <DemoUsers users={demo} busy={busy} enter={enter} />}
          <form onSubmit={submit} aria-label="Sign in">
            <input
              type="email"
              name="email"
              aria-label="E-mail"
              placeholder="E-mail"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
            <input
              type="password"
              name="password"
              aria-label="Password"
              placeholder="Password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            {code !== null && (
              <input
                type="text"
                name="code"
                aria-label="One-time code"
                placeholder="Code"
                autoComplete="one-time-code"
                required
                value={code}
                onChange={(event) => setCode(event.target.value)}
              />
            )}
            <button type="submit" className="kontor-primary" disabled={busy}>
              {busy ? 'Signing in…' : 'Sign in'}
            </button>
          </form>
        </div>
      )}
      {notice && (
        <p className="kontor-notice" role="alert">
          {notice}
        </p>
      )}
    </header>
  );
}

/** How many demo users have a button of their own; the others are in a list. */
const buttons = 2;

function DemoUsers(props: { users: DemoUser[]; busy: boolean; enter(email: string, password: string): Promise<void> }) {
  const { users, busy, enter } = props;
  const others = users.slice(buttons);
  return (
    <div className="kontor-demo" role="group" aria-label="Sign in as a demo user">
      <span>Try as</span>
      {users.slice(0, buttons).map((user) => (
        <button key={user.email} type="button" disabled={busy} title={user.email} onClick={() => void enter(user.email, user.password)}>
          {words(user.label)}
        </button>
      ))}
      {others.length > 0 && (
        <select
          aria-label="More demo users"
          disabled={busy}
          value=""
          onChange={(event) => {
            const user = others.find((other) => other.email === event.target.value);
            if (user) void enter(user.email, user.password);
          }}
        >
          <option value="">more…</option>
          {others.map((user) => (
            <option key={user.email} value={user.email}>
              {words(user.label)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

/** Roles as people write them. */
function words(label: string): string {
  return label.replaceAll('_', ' ');
}

/** What the server tells of itself; nothing when it does not, since the explorer works without. */
function useServerInfo(): { demo: DemoUser[]; version: string } {
  const [info, setInfo] = useState<{ demo: DemoUser[]; version: string }>({ demo: [], version: '' });
  useEffect(() => {
    const stop = new AbortController();
    fetch('/explorer.json', { signal: stop.signal })
      .then((response) => (response.ok ? response.json() : null))
      .then((found) => found && setInfo({ demo: found.demo ?? [], version: found.version ?? '' }))
      .catch(() => undefined);
    return () => stop.abort();
  }, []);
  return info;
}
