using CsCheck;
using Maas.Boot.Dhcp.Leases;

namespace Maas.Boot.Tests.Dhcp.Leases;

/// <summary>The addresses to ask a store for, found with and without a walk through the pool.</summary>
public sealed class PoolReserveModel
{
    private const int Slots = 100, Largest = 8;

    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<(int Action, int Slot, int Minutes)[]> Story =
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, Slots - 1], Gen.Int[0, 60]).Array[1, 300];

    [Fact]
    public void It_finds_what_a_walk_through_the_pool_finds() => Story.Sample(
        story =>
        {
            var leasable = new AddressSet(Slots);
            var reserve = new PoolReserve(leasable, Slots);
            var (own, held, kept) = (new HashSet<int>(), new Dictionary<int, DateTimeOffset>(), new HashSet<int>());
            foreach (var (action, slot, minutes) in story)
            {
                switch (action)
                {
                    case 0:
                        reserve.Add(slot);
                        own.Add(slot);
                        held.Remove(slot);
                        break;
                    case 1:
                        own.Remove(slot);
                        held[slot] = Start.AddMinutes(minutes);
                        reserve.Remove(slot, held[slot]);
                        break;
                    case 2:
                        own.Remove(slot);
                        held.Remove(slot);
                        reserve.Remove(slot, null);
                        break;
                    case 3:
                        if (!leasable.Remove(slot)) leasable.Add(slot);
                        reserve.Refresh(slot);
                        break;
                    case 4 when !kept.Remove(slot): kept.Add(slot); break;
                }

                var now = Start.AddMinutes(minutes);
                reserve.Find(Largest, (uint)(slot * 7), now, kept.Contains).Should().Equal(Walk(slot * 7, now));
                reserve.IsLow(Largest, kept.Contains).Should().Be(leasable.Count > 0 && FreeOf() * 2 <= Share());
                reserve.CountFree(kept.Contains).Should().Be(FreeOf());
            }

            int Share() => Math.Clamp(leasable.Count / 8, 1, Largest);

            int FreeOf() => own.Count(slot => leasable.Contains(slot) && !kept.Contains(slot));

            List<int> Walk(int place, DateTimeOffset now)
            {
                if (leasable.Count == 0 || FreeOf() * 2 > Share()) return [];
                var candidates = Enumerable.Range(place % Slots, Slots).Select(slot => slot % Slots)
                    .Where(slot => leasable.Contains(slot) && !own.Contains(slot)).ToList();
                var unknown = candidates.Where(slot => !held.ContainsKey(slot) && !kept.Contains(slot));
                var ended = candidates.Where(slot => held.TryGetValue(slot, out var until) && until <= now)
                    .OrderBy(slot => held[slot]).ThenBy(slot => slot);
                return [.. unknown.Concat(ended).Take(Share() - FreeOf())];
            }
        },
        iter: 300, threads: 1);
}
