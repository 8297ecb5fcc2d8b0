export { readAclFile } from './acl-file.ts';
export { setUpAcls } from './set-up-acls.ts';
