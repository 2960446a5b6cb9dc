// SPDX-License-Identifier: Apache-2.0
//
// Which screen is shown: the session's gates first, then what the address says.

import { Component, type ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { SessionAnswer } from '../door/door';
import { Icon } from '../controls/icon';
import { OfflineBar } from '../controls/offline_bar';
import { EmptyState } from '../controls/placeholders';
import { ToastList } from '../controls/toast_list';
import { go, useAddress } from '../store/history';
import { is_marked_open, is_marked_signed_in, mark_signed_in } from '../store/signed_in_mark';
import { SchemaContext, useActOrTell, useLatest, useNoToasts, useSchema, useStatus, useStore, useWatch } from '../store/store';
import { Blocked } from '../screens/blocked/blocked';
import { Charts } from '../screens/charts/charts';
import { ChoosePin } from '../screens/choose_pin/choose_pin';
import { Conflicts } from '../screens/conflicts/conflicts';
import { Drafts } from '../screens/drafts/drafts';
import { Errors } from '../screens/errors/errors';
import { GetStarted } from '../screens/get_started/get_started';
import { Help } from '../screens/help/help';
import { Home } from '../screens/home/home';
import { Settings } from '../screens/settings/settings';
import { SyncStatus } from '../screens/sync/sync';
import { TableScreen } from '../screens/table/table_screen';
import { Unlock } from '../screens/unlock/unlock';
import { Navigation, UpdateBar } from './navigation';
import { type Place, place_at } from './routes';

export function App() {
  const watched = useWatch({ ask: 'session' });
  const [assumed] = useState(() => (is_marked_open() ? kAssumed : is_marked_signed_in() ? undefined : kNobody));
  const session = { ...watched, answer: watched.answer ?? assumed };
  const broken = useBroken();
  return (
    <Safety>
      {broken ? <Trouble sentence={broken} /> : session.refusal && !watched.answer ? <Trouble sentence={session.refusal.message} /> : session.answer ? <Gate session={session.answer} /> : <Opening />}
      <ToastList />
    </Safety>
  );
}

/** Until the engine tells, of a device that went straight to its records the last time: the frame around them is drawn meanwhile. */
const kAssumed: SessionAnswer = { state: 'signed_in', user: '', full_name: '', server: '', wait_until: null, tries_left: null };

/** ... and of one on which nobody is: the form is there, and can be filled in, while the engine is on its way. */
const kNobody: SessionAnswer = { ...kAssumed, state: 'get_started' };

/** Why the store can't be used, in a sentence; null while it can. */
function useBroken(): string | null {
  const { shell } = useStore();
  const [sentence, set_sentence] = useState<string | null>(null);
  useEffect(() => shell.watch_broken(set_sentence), [shell]);
  return sentence;
}

function Gate({ session }: { session: SessionAnswer }) {
  const is_nobody = session.state === 'get_started';
  const [was_taken_away] = useState(is_marked_signed_in);
  const { kept_forms, watches } = useStore();
  useEffect(() => {
    if (!is_nobody && session !== kAssumed) mark_signed_in(true, session.state === 'signed_in' && session.pin?.is_set === false);
  }, [is_nobody, session]);
  // A remote wipe leaves nothing: no form that wasn't saved either.
  useEffect(() => {
    if (!session.wiped) return;
    mark_signed_in(false);
    watches.forget_unseen();
    void kept_forms.drop_all().catch(() => undefined);
  }, [session.wiped]);
  switch (session.state) {
    case 'get_started':
      return (
        <GetStarted server={session.server || location.origin} user={session.user} reason={session.reason} taken_away={!session.reason && was_taken_away && is_marked_signed_in()} />
      );
    case 'choose_pin':
      return <ChoosePin policy={session.pin ?? null} />;
    case 'locked':
      if (session.tries_left !== 0) return <Unlock session={session} />;
      return <GetStarted server={session.server} user={session.user} reason="Too many wrong PINs. Sign in, and you can try your PIN again. Nothing was deleted." />;
    case 'blocked':
      return <Blocked session={session} />;
    case 'prompt':
      return session.back ? <Prompt session={session} /> : <Inside session={session} />;
    default:
      return <Inside session={session} />;
  }
}

const kPromptReason = 'Your sign-in has ended. Sign in if the server can be reached; Back goes on working offline.';
const kSignInAgain = 'The server asks you to sign in again. Nothing is lost; sending waits for it.';

/** Under classic rules the prompt comes first, and "Back" goes on offline where the platform lets (S1). */
function Prompt({ session }: { session: SessionAnswer }) {
  const act = useActOrTell();
  const may_go_back = session.back?.may === true;
  const reason = session.reason ?? session.back?.reason ?? (may_go_back ? kPromptReason : undefined);
  return <GetStarted server={session.server} user={session.user} reason={reason} onBack={may_go_back ? () => void act({ do: 'go_back' }) : undefined} />;
}

function Inside({ session }: { session: SessionAnswer }) {
  const schema = useSchemaAnswer();
  const [signing_in, set_signing_in] = useState(false);
  if (schema.refusal && !schema.answer) return <Trouble sentence={schema.refusal.message} />;
  if (!schema.answer) return <Opening />;
  if (session.state === 'prompt' && signing_in) {
    return <GetStarted server={session.server} user={session.user} reason={kSignInAgain} onBack={() => set_signing_in(false)} onDone={() => set_signing_in(false)} />;
  }
  return (
    <SchemaContext.Provider value={schema.answer}>
      <Frame prompt={session.state === 'prompt' ? () => set_signing_in(true) : undefined} />
    </SchemaContext.Provider>
  );
}

/** Later than the first screen it's seen whether the engine knows another schema: that of another tab's version. */
const kSchemaLater = 3_000;

function useSchemaAnswer() {
  const { known_schema } = useStore();
  const [asks, set_asks] = useState(known_schema === null);
  useEffect(() => {
    const timer = setTimeout(() => set_asks(true), kSchemaLater);
    return () => clearTimeout(timer);
  }, []);
  const watched = useWatch(asks ? { ask: 'schema' } : null);
  const is_same = useMemo(() => JSON.stringify(watched.answer) === JSON.stringify(known_schema), [watched.answer]);
  const answer = (is_same ? null : watched.answer) ?? known_schema ?? undefined;
  return { answer, refusal: watched.refusal };
}

function Frame({ prompt }: { prompt: (() => void) | undefined }) {
  const { path, query } = useAddress();
  const schema = useSchema();
  const wide = useMedia('(min-width: 48rem)');
  const tablet = wide && !is_phone();
  const place = place_at(path, query, schema);
  useEffect(() => void (document.title = `${title_of(place)} · Satchel`));
  return (
    <div class={`frame ${tablet ? 'tablet' : 'phone'}`}>
      <div class="bars">
        <OfflineBar />
        <TroubleBar is_told={prompt !== undefined} />
        <NoticeBars />
        <UpdateBar />
        {prompt && (
          <div class="update-bar">
            <Icon name="lock" size={20} />
            <span>{kSignInAgain}</span>
            <button type="button" class="small-button" onClick={prompt}>
              Sign in
            </button>
          </div>
        )}
      </div>
      <Screen place={place} tablet={tablet} />
      <Navigation path={path} tablet={tablet} />
    </div>
  );
}

/**
 * The server is there and won't have us: what it says, for as long as it says so, unless another bar asks for the sign-in. It may have a
 * newer app for us.
 */
function TroubleBar({ is_told }: { is_told: boolean }) {
  const { shell } = useStore();
  const status = useLatest(useWatch({ ask: 'status' }).answer);
  const trouble = status?.connection === 'connected' ? status.trouble : '';
  useEffect(() => {
    if (trouble !== '') shell.look_for_update();
  }, [trouble, shell]);
  return (
    <div role="alert">
      {trouble && !is_told && (
        <div class="update-bar">
          <Icon name="error" size={20} />
          <span>{trouble}</span>
        </div>
      )}
    </div>
  );
}

/** What the user is to know until he has dismissed it: drafts that wait (R2), another experience (E5). */
function NoticeBars() {
  const act = useActOrTell();
  const status = useStatus();
  const drafts = status?.drafts_to_tell ?? 0;
  const notice = status?.experience_notice ?? '';
  return (
    <div role="status">
      {notice && (
        <div class="update-bar">
          <Icon name="settings" size={20} />
          <span>{notice}</span>
          <button type="button" class="small-button" onClick={() => void act({ do: 'dismiss', notice: 'experience' })}>
            OK
          </button>
        </div>
      )}
      {drafts > 0 && (
        <div class="update-bar">
          <Icon name="draft" size={20} />
          <span>
            {drafts === 1 ? '1 draft is' : `${drafts} drafts are`} on this device only.
          </span>
          <a class="small-button" href="/drafts">
            Draft Records
          </a>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => void act({ do: 'dismiss', notice: 'drafts' })}>
            <Icon name="close" size={20} />
          </button>
        </div>
      )}
    </div>
  );
}

function Screen({ place, tablet }: { place: Place; tablet: boolean }) {
  switch (place.screen) {
    case 'home':
      return <Home />;
    case 'table':
      return <TableScreen table={place.table} id={place.id} new_id={place.new_id} tablet={tablet} />;
    case 'drafts':
      return <Drafts />;
    case 'conflicts':
      return <Conflicts />;
    case 'errors':
      return <Errors />;
    case 'sync':
      return <SyncStatus />;
    case 'settings':
      return <Settings />;
    case 'charts':
      return <Charts />;
    case 'help':
      return <Help />;
    default:
      return <Nowhere />;
  }
}

function title_of(place: Place): string {
  const titles = { home: 'Home', drafts: 'Draft Records', conflicts: 'Conflicts', errors: 'Errors', sync: 'Sync status', settings: 'Settings', charts: 'Charts', help: 'Working offline', nowhere: 'Not found' };
  if (place.screen !== 'table') return titles[place.screen];
  return place.id || place.new_id ? place.table.label : place.table.plural;
}

function Nowhere() {
  return (
    <main class="page">
      <EmptyState icon="search" title="There is nothing at this address">
        <button type="button" class="button" onClick={() => go('/')}>
          Go to Home
        </button>
      </EmptyState>
    </main>
  );
}

/** The engine opens its store: some tenths of a second. Nothing moves, so nothing flashes. */
function Opening() {
  return <div class="opening" aria-busy="true" aria-label="Opening" role="img" />;
}

function Trouble({ sentence }: { sentence: string }) {
  useNoToasts();
  return (
    <main class="gate">
      <EmptyState icon="error" title="The app could not open its records">
        <p>{sentence}</p>
        <p>
          If trying again doesn't help, remove this site's data in the browser's settings and sign in again: your records come back from the server, but what
          was not sent is lost.
        </p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Try again
        </button>
      </EmptyState>
    </main>
  );
}

/** A mistake of ours in one screen must not take the others along. */
class Safety extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  override componentDidCatch(error: unknown): void {
    console.error(error);
    this.setState({ failed: true });
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <main class="gate">
        <EmptyState icon="error" title="Something went wrong on this screen">
          <p>It is our mistake. Your records are safe, and what you typed is kept.</p>
          <button type="button" class="button" onClick={() => location.assign('/')}>
            Go to Home
          </button>
        </EmptyState>
      </main>
    );
  }
}

/** A phone on its side is as wide as a tablet, and has no height for panes and a rail. The screen's size, for a keyboard makes windows low. */
const kPhonePixelsMax = 480;
function is_phone(): boolean {
  return Math.min(screen.width, screen.height) < kPhonePixelsMax;
}

function useMedia(query: string): boolean {
  const [fits, set_fits] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const changed = () => set_fits(media.matches);
    media.addEventListener('change', changed);
    changed();
    return () => media.removeEventListener('change', changed);
  }, [query]);
  return fits;
}
