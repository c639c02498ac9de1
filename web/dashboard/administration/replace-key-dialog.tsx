import type { ResponseFor } from '../../../client/index.ts';
import { useClient } from '../api.ts';
import { fill, useWords } from '../language.tsx';
import { ConfirmDialog } from '../ui/dialog.tsx';
import { dictionary } from './words.ts';

export type OrgUser = ResponseFor<'admin.listUsers'>['body'][number];

/** A user whose new API key is here to be passed on. */
export type Keyed = { readonly name: string; readonly apiKey: string };

type ReplaceProps = {
  readonly user: OrgUser;
  readonly close: () => void;
  readonly done: (made: Keyed) => void;
};

export function ReplaceKeyDialog({ user: { id, orgId, name }, close, done }: ReplaceProps) {
  const words = useWords(dictionary);
  const client = useClient();
  const act = async () => {
    const { body } = await client.call('admin.rotateApiKey', { params: { orgId, userId: id } });
    done({ name, apiKey: body.apiKey });
  };
  return (
    <ConfirmDialog
      title={fill(words.replaceTitle, { name })}
      lead={words.replaceLead}
      submit={words.replace}
      close={close}
      act={act}
    />
  );
}
