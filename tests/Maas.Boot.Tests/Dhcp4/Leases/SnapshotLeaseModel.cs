using CsCheck;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public sealed class SnapshotLeaseModel
{
    private const int Hosts = 3;

    private static readonly Gen<(int Action, int Host, int Client, int Number, bool IsFirmware)[]> Story =
        Gen.Select(Gen.Int[0, 15], Gen.Int[0, Hosts - 1], Gen.Int[1, 20], Gen.Int[0, 60], Gen.Bool).Array[1, 120];

    /// <summary>
    /// Whatever clients and hosts do, whichever hosts reach the store when they start, and however old their snapshots are: an address that
    /// a client was granted until a time is no other client's before.
    /// </summary>
    [Fact]
    public Task No_address_is_ever_promised_to_two_clients_at_once_by_hosts_that_start_without_the_store() => Story.SampleAsync(
        async story =>
        {
            var subnet = SharedLeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.73")] };
            await using var scene = await SnapshotLeaseScene.OpenAsync(Hosts, subnet);
            var promised = new Dictionary<string, (int Client, DateTimeOffset Until)>();
            foreach (var (action, host, client, number, isFirmware) in story)
            {
                var random = $"10.0.0.{10 + number}";
                var own = promised.FirstOrDefault(p => p.Value.Client == client && p.Value.Until > scene.Time.GetUtcNow()).Key;
                switch (action)
                {
                    case 0: scene.Time.Advance(TimeSpan.FromMinutes(number / 2)); break;
                    case 1: scene.Cut(host); break;
                    case 2: await scene.HealAsync(host); break;
                    case 3: await scene.SynchronizeAsync(host); break;
                    case 4 or 5: await scene.RestartAsync(host); break;
                    case 6: await scene.SaveAsync(host); break;
                    case 7:
                        scene.Cut(host);
                        await scene.RestartAsync(host);
                        break;
                    case 8 when own is not null:
                        await scene.AskAsync(host, AddressRequestKind.Release, client, own);
                        promised.Remove(own);
                        break;
                    case 9: await TakeAsync(AddressRequestKind.Select, random); break;
                    case 10: await TakeAsync(AddressRequestKind.Verify, own ?? random); break;
                    case 11: await TakeAsync(AddressRequestKind.Extend, own ?? random); break;
                    default:
                        var offer = await scene.AskAsync(host, AddressRequestKind.Discover, client, null, isFirmware);
                        if (offer.Kind == AddressResultKind.Grant) await TakeAsync(AddressRequestKind.Select, offer.Address.ToString());
                        break;
                }

                async Task TakeAsync(AddressRequestKind kind, string wanted)
                {
                    var answer = await scene.AskAsync(host, kind, client, wanted, isFirmware);
                    if (answer.Kind != AddressResultKind.Grant) return;
                    var now = scene.Time.GetUtcNow();
                    answer.Address.ToString().Should().Be(wanted);
                    if (promised.TryGetValue(wanted, out var holder) && holder.Until > now) holder.Client.Should().Be(client);
                    promised[wanted] = (client, now + answer.LeaseTime);
                }
            }
        }, iter: 300, threads: 1);
}
