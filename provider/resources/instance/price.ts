/** Output: what the volume that the rent made costs beside the instance, in $/h. */
export const VOLUME_PRICE = "createdVolumeDollarsPerHour";
