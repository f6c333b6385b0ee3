import { DAYS, type Day, type When } from './rule.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** A clock of a zone, or undefined when there is no such zone. */
function clockOf(zone: string): Intl.DateTimeFormat | undefined {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  try {
    const clock = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    clocks.set(zone, clock);
    return clock;
  } catch {
    return undefined;
  }
}

export function isZone(zone: string): boolean {
  return clockOf(zone) !== undefined;
}

/** True when an instant (ISO 8601) is one that the rule is about; summer time counts as the zone has it. */
export function isWhen(at: string, when: When): boolean {
  return isInside(at, when) === (when.side === 'inside');
}

function isInside(at: string, { from, to, days, zone }: When): boolean {
  const { day, minute } = localTime(at, zone);
  if (from < to) return days.includes(day) && minute >= from && minute < to;
  // Over midnight: the hours after it belong to the day before.
  if (minute >= from) return days.includes(day);
  return minute < to && days.includes(dayBefore(day));
}

function localTime(at: string, zone: string): { readonly day: Day; readonly minute: number } {
  const parts = clockOf(zone)?.formatToParts(new Date(at)) ?? [];
  const part = (type: string) => parts.find((entry) => entry.type === type)?.value ?? '';
  const day = DAYS.find((entry) => entry === part('weekday').toLowerCase()) ?? 'mon';
  return { day, minute: Number(part('hour')) * 60 + Number(part('minute')) };
}

function dayBefore(day: Day): Day {
  return DAYS.at(DAYS.indexOf(day) - 1) ?? 'sun';
}
