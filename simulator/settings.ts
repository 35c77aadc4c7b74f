/** How the pretend service behaves as a whole; every value can be changed while it runs. */
export interface Settings {
  /** Seconds from renting to the first report of the host: `actual_status` is null before it. Default 20. */
  firstReportSeconds: number;
  /** Minutes from renting to running where no story says otherwise, at random between the two. Default 2 to 3. */
  bootMinutes: [shortest: number, longest: number];
  /** Seconds for which a started instance still shows its old `exited`. Default 20. */
  staleExitedSeconds: number;
  /** Seconds from stop to stopped. Default 5. */
  stopSeconds: number;
  /** How many reads of a fresh contract answer `{"instances": null}`. Default 0. */
  nullReadsAfterCreate: number;
  /** The row of a container that never ran is almost empty: its id, label, states and message. Reported, not recorded. Default false. */
  bareRows: boolean;
  /** For how long after renting the lists do not show a contract yet, in seconds. Default 0. */
  listLagSeconds: number;
  /** The retired list `GET /api/v0/instances/`: `gone` answers 410, `open` the old unpaginated list. Default gone. */
  listV0: "gone" | "open";
  /** Whether `GET /api/v1/instances/` exists; without it an HTML page with 404 comes back. Default true. */
  listV1: boolean;
  /** Money on an account whose key comes for the first time, in dollars. Default 1000. */
  openingCredit: number;
  /** The keys belong to a team, for which Vast keeps no SSH keys. Default false. */
  teamAccount: boolean;
  /** A team's keys are refused by instances as well; not recorded, the account's refusal is. Only with `teamAccount`. Default false. */
  teamAttachRefused: boolean;
  /** What stands as `private_key` in each row of SSH keys, as it does for pairs that the console made. Default null. */
  sshPrivateKey: string | null;
  /** For how long an instance does not show a key yet that was attached to it, in seconds. Default 0. */
  sshKeyLagSeconds: number;
  /** What is said to attaching a key that is there: 200 with `success: false`. */
  attachedKeyWords: string;
  /** Upper-case names of environment variables that are refused with 403. Default none. */
  blacklistedEnvVars: string[];
  /** How many environment variables an account may have; Vast's own number is not published. Default 100. */
  mostEnvVars: number;
  /** Whether renting a volume answers its id as a number, too; without it only "V." and the id. Default false. */
  volumeIdInAnswer: boolean;
  /** For how long a volume is still in use after its last instance was destroyed, in seconds. Default 30. */
  volumeInUseSeconds: number;
  /** Whether calls that follow each other too fast are answered with 429. Default true. */
  pacing: boolean;
}

/** The settings of a fresh world. */
export function defaultSettings(): Settings {
  return {
    firstReportSeconds: 20,
    bootMinutes: [2, 3],
    staleExitedSeconds: 20,
    stopSeconds: 5,
    nullReadsAfterCreate: 0,
    bareRows: false,
    listLagSeconds: 0,
    listV0: "gone",
    listV1: true,
    openingCredit: 1000,
    teamAccount: false,
    teamAttachRefused: false,
    sshPrivateKey: null,
    sshKeyLagSeconds: 0,
    attachedKeyWords: "SSH key already attached to this instance.",
    blacklistedEnvVars: [],
    mostEnvVars: 100,
    volumeIdInAnswer: false,
    volumeInUseSeconds: 30,
    pacing: true,
  };
}
