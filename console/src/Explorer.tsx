import { GraphiQL } from 'graphiql';
import { useCallback, useMemo, useRef, useState } from 'react';
import { type Answer, isUnauthenticated, type Request, send } from './api';
import { useMetadata } from './metadata';
import { queries } from './queries';
import { forget, recall, remember, renew, type Session, signOut } from './session';
import { SignIn } from './SignIn';

/** The page: who is signed in above, GraphiQL below. */
export function Explorer() {
  const [session, setSession] = useState<Session | null>(recall);
  const [notice, setNotice] = useState<string | null>(null);
  const { hash, trouble } = useMetadata();
  // The first is that of the schema which GraphiQL loads by itself.
  const first = useRef('');
  first.current ||= hash;
  const version = hash === first.current ? '' : hash;
  // The fetcher reads the token when a request is sent; it stays the same function when somebody else signs in,
  // because a new one makes GraphiQL load the schema again: that is wanted when other metadata are served.
  const held = useRef(session);
  // Requests that find the token expired at the same time wait for one exchange.
  const renewal = useRef<Promise<Session | null> | null>(null);

  const change = useCallback((next: Session | null, why: string | null = null) => {
    held.current = next;
    if (next) remember(next);
    else forget();
    setSession(next);
    setNotice(why);
  }, []);

  const fetcher = useMemo(
    () =>
      async (params: Request): Promise<Answer> => {
        const sent = held.current;
        const answer = await send(current(params), sent?.accessToken);
        if (!sent || !isUnauthenticated(answer)) return answer;
        if (sent === held.current) {
          renewal.current ??= renew(sent).finally(() => {
            renewal.current = null;
          });
          const next = await renewal.current;
          // Not when somebody has signed in anew meanwhile.
          if (sent === held.current) change(next, next ? null : 'Your session has ended. Sign in again to go on.');
        }
        return held.current ? send(current(params), held.current.accessToken) : answer;
      },
    [change, version],
  );

  const leave = () => {
    if (session) void signOut(session);
    change(null);
  };

  return (
    <>
      <SignIn session={session} notice={notice ?? trouble} onChange={change} onLeave={leave} />
      <main className="kontor-explorer">
        <GraphiQL
          fetcher={fetcher}
          defaultTabs={queries}
          defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

/** Leaves out the operation of the tab before, which GraphiQL names for some moments after a tab is chosen. */
function current(request: Request): Request {
  const { operationName, ...rest } = request;
  return operationName && new RegExp(`\\b${operationName}\\b`).test(request.query) ? request : rest;
}
