/** The studies that are open in the room: the one of the page, and earlier ones that were asked for. */

import { earlierLike, fetchStudies, openStudy, type StudyChoice } from "../compare/catalogue.js";
import { Grant } from "../link/link.js";
import type { ListedSeries } from "../read/studies.js";
import type { RoomStudy } from "./feature.js";
import type { RoomPage } from "./page.js";

export class StudyList {
  readonly present: RoomStudy;
  open: readonly RoomStudy[];
  private choices: Promise<readonly StudyChoice[]> | null = null;
  private readonly days = new Map<string, string | null>();
  private readonly opening = new Map<string, Promise<RoomStudy | null>>();

  constructor(
    private readonly page: RoomPage,
    private readonly noDate: string,
  ) {
    const series = page.series.filter(({ frames }) => frames > 0);
    // The one that stands for the study hangs first.
    const ordered = [...series.filter(({ isMain }) => isMain), ...series.filter(({ isMain }) => !isMain)];
    const grant = new Grant(page.grantUrl, new Map(page.series.map((one) => [one.seriesInstanceUid, one] as const)));
    const label = [page.date, page.title].filter((text) => text !== "").join(" · ");
    this.present = { uid: page.studyUid, label, isPresent: true, grant, series: ordered };
    this.open = [this.present];
  }

  /** `2020-11-23`; null if unknown. */
  dayOf(uid: string): string | null {
    return this.days.get(uid) ?? null;
  }

  find(studyUid: string, seriesInstanceUid: string): { readonly study: RoomStudy; readonly series: ListedSeries } | null {
    const study = this.open.find(({ uid }) => uid === studyUid);
    const series = study?.series.find((one) => one.seriesInstanceUid === seriesInstanceUid);
    return study === undefined || series === undefined ? null : { study, series };
  }

  /** The latest earlier study of the same kind; null if there is none. Throws if the list cannot be had. */
  async prior(modality: string): Promise<RoomStudy | null> {
    const choices = await this.catalogue();
    const here = choices.find(({ uid }) => uid === this.page.studyUid);
    const alike = choices.filter((choice) => choice === here || choice.modalities.includes(modality));
    const place = here === undefined ? null : earlierLike(alike, here, modality);
    const choice = place === null ? undefined : alike[place];
    return choice === undefined ? null : this.openChoice(choice);
  }

  /** Opens one of the patient's other studies by its UID; null if it is not among them. */
  async openByUid(uid: string): Promise<RoomStudy | null> {
    const known = this.open.find((study) => study.uid === uid);
    if (known !== undefined) {
      return known;
    }
    const choice = (await this.catalogue()).find((study) => study.uid === uid);
    return choice === undefined ? null : this.openChoice(choice);
  }

  private async openChoice(choice: StudyChoice): Promise<RoomStudy | null> {
    const { uid } = choice;
    const found = this.opening.get(uid) ?? this.fetchStudy(choice);
    this.opening.set(uid, found);
    // After a failure, the next one who asks tries again.
    return found.finally(() => this.opening.delete(uid));
  }

  private async fetchStudy(choice: StudyChoice): Promise<RoomStudy | null> {
    const known = this.open.find(({ uid }) => uid === choice.uid);
    if (known !== undefined) {
      return known;
    }
    const { grant, series } = await openStudy(choice);
    const study: RoomStudy = { uid: choice.uid, label: choice.label, isPresent: false, grant, series };
    this.open = [...this.open, study];
    return study;
  }

  private async catalogue(): Promise<readonly StudyChoice[]> {
    this.choices ??= fetchStudies(this.noDate);
    try {
      const choices = await this.choices;
      choices.forEach(({ uid, day }) => this.days.set(uid, day));
      return choices;
    } catch (error) {
      this.choices = null;
      throw error;
    }
  }
}
