/**
 * The spelling under which insights count a device type: `android`, `iOS`, others in lower case.
 * The usual spellings cost no allocation.
 */
export function canonicalDeviceType(text: string): string {
  switch (text) {
    case 'android':
    case 'Android':
    case 'ANDROID':
      return 'android';
    case 'iOS':
    case 'ios':
    case 'IOS':
      return 'iOS';
    default: {
      const lower = text.toLowerCase();
      return lower === 'ios' ? 'iOS' : lower;
    }
  }
}
