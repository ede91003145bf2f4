using CsCheck;
using Maas.Boot.Dhcp.Leases;

namespace Maas.Boot.Tests.Dhcp.Leases;

public class AddressSetTests
{
    [Fact]
    public void It_agrees_with_an_ordinary_set() =>
        Gen.Select(Gen.Int[1, 9000], Gen.Int[0, 8999].Array[0, 200], Gen.Int[0, 8999].Array[0, 20], Gen.Bool)
            .Sample((size, changes, starts, startEmpty) =>
        {
            var set = new AddressSet(size);
            var model = new SortedSet<int>(Enumerable.Range(0, size));
            if (startEmpty)
            {
                for (var i = 0; i < size; i++) set.Remove(i);
                model.Clear();
            }

            foreach (var change in changes.Select(c => c % size))
            {
                if (!model.Add(change))
                {
                    model.Remove(change);
                    set.Remove(change);
                }
                else
                {
                    set.Add(change);
                }
            }

            set.Count.Should().Be(model.Count);
            foreach (var start in starts.Select(s => s % size))
                set.Next(start)
                    .Should()
                    .Be(model.Count == 0 ? -1 : model.GetViewBetween(start, size) is { Count: > 0 } after ? after.Min : model.Min);
        }, iter: 300);
}
