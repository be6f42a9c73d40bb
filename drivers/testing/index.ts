export { type DriverSuiteOptions, describeDriver } from './driver-suite.ts';
export { askInstance, buildFakeInstance, fakeModelServerProgram } from './fake-instance.ts';
