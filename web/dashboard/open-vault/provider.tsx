import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Vault } from '../../../client/vault/vault.ts';
import { clientOfSession, idleMs } from '../session.ts';
import { trustShown } from './known-keys.ts';
import { loadCrypto } from './load-crypto.ts';

const lockAfterMs = 15 * 60_000;
const checkEveryMs = 5_000;

/** A vault whose private keys are in this page's memory and nowhere else. */
export type OpenVault = {
  readonly vault: Vault;
  /** Fingerprints that this page has shown, by user id. Nothing is wrapped to other keys. */
  readonly shown: Map<string, string>;
  /** Aborts when the vault is locked. */
  readonly signal: AbortSignal;
};

type VaultAccess = {
  readonly open: OpenVault | undefined;
  /** The vault was locked after inactivity, not by the user. */
  readonly wasIdle: boolean;
  /** @throws WrongUserSecret @throws Tampered @throws StrongroomError */
  readonly unlock: (userSecret: string) => Promise<void>;
  readonly lock: () => void;
  /** Reports activity such as an upload, so that the vault does not lock while the user waits. */
  readonly touch: () => void;
};

const VaultContext = createContext<VaultAccess | undefined>(undefined);

type Opened = OpenVault & { readonly close: () => void };

/** Holds the session's open vault for all sections, and closes it at the end of the session. */
export function VaultProvider({ children }: { readonly children: ComponentChildren }) {
  const [open, setOpen] = useState<Opened>();
  const [wasIdle, setIdle] = useState(false);
  const lastUse = useRef(0);
  const isUnmounted = useRef(false);
  useEffect(
    () => () => {
      isUnmounted.current = true;
    },
    [],
  );
  const isIdle = () => Math.min(idleMs(), Date.now() - lastUse.current) > lockAfterMs;
  useEffect(() => {
    if (!open) return;
    const timer = setInterval(() => {
      if (!isIdle()) return;
      setIdle(true);
      setOpen(undefined);
    }, checkEveryMs);
    return () => {
      clearInterval(timer);
      open.close();
    };
  }, [open]);
  const access = useMemo(
    () => ({
      open,
      wasIdle,
      async unlock(userSecret: string) {
        const opened = await openVault(userSecret);
        // The user may have signed out in the meantime.
        if (isUnmounted.current) return opened.close();
        setOpen(opened);
        setIdle(false);
      },
      lock: () => setOpen(undefined),
      touch() {
        lastUse.current = Date.now();
      },
    }),
    [open, wasIdle],
  );
  return <VaultContext.Provider value={access}>{children}</VaultContext.Provider>;
}

async function openVault(userSecret: string): Promise<Opened> {
  const [{ Vault }, crypto] = await Promise.all([import('../../../client/vault/vault.ts'), loadCrypto()]);
  const shown = new Map<string, string>();
  const vault = await Vault.unlock(clientOfSession(), crypto, userSecret, { trust: trustShown(shown) });
  const locked = new AbortController();
  const close = () => {
    locked.abort();
    vault.close();
  };
  return { vault, shown, signal: locked.signal, close };
}

/** @throws Error if no one is signed in */
export function useVaultAccess(): VaultAccess {
  const access = useContext(VaultContext);
  if (!access) throw new Error('no one is signed in');
  return access;
}

/** @throws Error if the vault is locked */
export function useOpenVault(): OpenVault {
  const { open } = useVaultAccess();
  if (!open) throw new Error('the vault is locked');
  return open;
}
