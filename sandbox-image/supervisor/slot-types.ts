import type { Socket } from 'node:net';
import type { Language } from '../../contract/languages.ts';
import type { Isolation } from '../protocol/job.ts';
import type { Channels } from './rendezvous.ts';
import type { Ended } from './zygote.ts';

/** The kind of jobs that a slot is prepared for. A waiting slot serves no other kind. */
export type SlotKind = {
  readonly language: Language;
  /** Directory of the packages that the program can import, or null for a program without packages. */
  readonly packages: string | null;
};

/** A forked child with the floor in place, waiting for its one job. */
export type Slot = {
  readonly name: string;
  readonly pid: number;
  readonly uid: number | null;
  readonly directory: string;
  readonly zygotePid: number;
  readonly isolation: Isolation;
  readonly channels: Channels;
  /** Resolves when the collector of the run connects, before `ended` does. */
  readonly collector: Promise<Socket>;
  /** Resolves when no process of the run is left. Rejects with SandboxLost if the zygote died first. */
  readonly ended: Promise<Ended>;
  /** Ends the run and everything that it started. */
  kill(): void;
  /** Replaces a zygote that no longer obeys. The runs of all its slots are lost. */
  abandon(): void;
};
