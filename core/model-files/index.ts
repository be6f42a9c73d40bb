export { digestFiles, type FileDigest, hashFile } from './digest-files.ts';
export { judgeOriginPath, type OriginPathRules } from './judge-origin-path.ts';
export { type ListedFile, listFileSteps, listFiles, type ModelFileLimits } from './list-files.ts';
export { isModelPath, type ManifestFile, manifestDigest, parseManifest } from './manifest.ts';
export { NotRegularFile, openRegularFile } from './open-regular-file.ts';
export {
  chooseOriginRoots,
  isBelow,
  type OriginRules,
  systemDirectories,
  withRealPaths,
} from './origin-rules.ts';
export { chunkBytes, FileChanged, readContents, readSmallFile } from './read-contents.ts';
export { runSteps, type Steps } from './steps.ts';
