import type { ResponseFor } from '../../../client/index.ts';
import { useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { dictionary } from './words.ts';

export type OrgUser = ResponseFor<'admin.listUsers'>['body'][number];

/** A new API key, to be passed on to its user. */
export type NewKey = { readonly name: string; readonly apiKey: string };

type RotateProps = {
  readonly user: OrgUser;
  readonly close: () => void;
  readonly done: (key: NewKey) => void;
};

export function RotateKeyDialog({ user: { id, orgId, name }, close, done }: RotateProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const act = async () => {
    const { body } = await client.call('admin.rotateApiKey', { params: { orgId, userId: id } });
    done({ name, apiKey: body.apiKey });
  };
  return (
    <ConfirmDialog
      title={fill(words.rotateTitle, { name })}
      lead={words.rotateLead}
      submit={words.rotateIt}
      close={close}
      act={act}
    />
  );
}
