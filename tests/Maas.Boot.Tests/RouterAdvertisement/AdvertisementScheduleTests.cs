using CsCheck;
using Maas.Boot.RouterAdvertisement;

namespace Maas.Boot.Tests.RouterAdvertisement;

public class AdvertisementScheduleTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    [Fact]
    public void The_first_is_due_at_once_the_next_two_soon_and_then_the_interval_counts()
    {
        var schedule = new AdvertisementSchedule(Longest, Start, () => 1);
        schedule.Next.Should().Be(Start);
        schedule.Sent(Start);
        schedule.Next.Should().Be(Start.AddSeconds(16));
        schedule.Sent(Start.AddSeconds(16));
        schedule.Next.Should().Be(Start.AddSeconds(32));
        schedule.Sent(Start.AddSeconds(32));
        schedule.Next.Should().Be(Start.AddSeconds(32) + Longest);
    }

    [Fact]
    public void A_solicitation_is_answered_within_half_a_second()
    {
        var schedule = new AdvertisementSchedule(Longest, Start, () => 1);
        schedule.Sent(Start);
        schedule.Solicited(Start.AddSeconds(10));
        schedule.Next.Should().Be(Start.AddSeconds(10.5));
    }

    [Fact]
    public void A_storm_of_solicitations_gets_one_answer_in_three_seconds() =>
        Gen.Select(Gen.Double[0, 1], Gen.Int[0, 400].Array[1, 200]).Sample((random, gaps) =>
        {
            var schedule = new AdvertisementSchedule(Longest, Start, () => random);
            var (now, last) = (Start, DateTimeOffset.MinValue);
            foreach (var gap in gaps)
            {
                now = now.AddMilliseconds(gap);
                if (schedule.Next <= now)
                {
                    if (last != DateTimeOffset.MinValue && now - last < TimeSpan.FromSeconds(3)) return false;
                    last = now;
                    schedule.Sent(now);
                }

                schedule.Solicited(now);
                if (schedule.Next > now.AddSeconds(3.5)) return false;
            }

            return true;
        });
}
