using CsCheck;
using Maas.Boot.Dhcp.Leases;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public class LeasedAddressesModel
{
    private static readonly Gen<(int Action, int Client, int Address)[]> Story =
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 9], Gen.Int[8, 15]).Array[1, 60];

    /// <summary>
    /// Whatever clients do, in whatever order: who was told it has an address until a time is the only one that was, and the store says the
    /// same.
    /// </summary>
    [Fact]
    public Task No_address_is_ever_promised_to_two_clients_at_once() => Story.SampleAsync(async story =>
    {
        var scene = await LeaseScene.OpenAsync();
        var promised = new Dictionary<string, (int Client, DateTimeOffset Until)>();
        foreach (var (action, client, last) in story)
        {
            var address = $"10.0.0.{last}";
            var now = scene.Time.GetUtcNow();
            switch (action)
            {
                case 0: scene.Time.Advance(TimeSpan.FromMinutes(last)); continue;
                case 1: scene = await scene.RestartAsync(); continue;
                case 2: Give(AddressRequestKind.Release); continue;
                case 3: Give(AddressRequestKind.InUse); continue;
                case 4: scene.Ask(AddressRequestKind.TookAnother, client); continue;
                case 5 when scene.Offer(client, address) is { } offered: Take(AddressRequestKind.Select, offered); continue;
                case 6: Take(AddressRequestKind.Select, address); continue;
                case 7: Take(AddressRequestKind.Verify, address); continue;
                case 8: Take(AddressRequestKind.Extend, address); continue;
                default: scene.Offer(client); continue;
            }

            void Give(AddressRequestKind kind)
            {
                scene.Ask(kind, client, address);
                scene.Commit();
                if (promised.TryGetValue(address, out var holder) && holder.Client == client) promised.Remove(address);
            }

            void Take(AddressRequestKind kind, string wanted)
            {
                var answer = scene.Ask(kind, client, wanted);
                scene.Commit();
                if (answer.Kind != AddressResultKind.Grant) return;
                answer.Address.ToString().Should().Be(wanted);
                if (promised.TryGetValue(wanted, out var holder) && holder.Until > now) holder.Client.Should().Be(client);
                promised[wanted] = (client, now + answer.LeaseTime);
                scene.Store.Leases[answer.Address].Should()
                    .Match<Lease>(l => l.State == LeaseState.Bound
                        && l.ExpiresAt == now + answer.LeaseTime
                        && l.Hardware == LeaseScene.From(client).Hardware);
            }
        }
    }, iter: 500);
}
