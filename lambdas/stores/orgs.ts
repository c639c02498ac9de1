/** The org that users join who register themselves. */
export const defaultOrgId = 'default';
