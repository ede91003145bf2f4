using CsCheck;
using Maas.Boot.Dhcp4.Leases;

namespace Maas.Boot.Tests.Dhcp4.Leases;

public sealed class SharedLeaseModel
{
    private const int Servers = 3;

    private static readonly Gen<(int Action, int Server, int Client, int Number, bool IsFirmware)[]> Story =
        Gen.Select(Gen.Int[0, 13], Gen.Int[0, Servers - 1], Gen.Int[1, 12], Gen.Int[0, 40], Gen.Bool).Array[1, 120];

    /// <summary>
    /// Whatever clients and servers do, whichever of them reach the store, and whatever outcome is lost: an address that a client was
    /// granted until a time is no other client's before.
    /// </summary>
    [Fact]
    public Task No_address_is_ever_promised_to_two_clients_at_once() => Story.SampleAsync(
        async story =>
        {
            var subnet = SharedLeaseScene.Subnet with { Ranges = [AddressRange.Parse("10.0.0.10-10.0.0.25")] };
            await using var scene = await SharedLeaseScene.OpenAsync(Servers, subnet);
            var promised = new Dictionary<string, (int Client, DateTimeOffset Until)>();
            foreach (var (action, server, client, number, isFirmware) in story)
            {
                var random = $"10.0.0.{10 + (number % 16)}";
                var own = promised.FirstOrDefault(p => p.Value.Client == client && p.Value.Until > scene.Time.GetUtcNow()).Key;
                var connection = scene.Connections[server];
                switch (action)
                {
                    case 0: scene.Time.Advance(TimeSpan.FromMinutes(number)); break;
                    case 1: connection.IsCut = true; break;
                    case 2:
                        connection.IsCut = false;
                        await scene.SynchronizeAsync(server);
                        break;
                    case 3: await scene.SynchronizeAsync(server); break;
                    case 4 when number % 4 == 0: await scene.ReplaceAsync(server); break;
                    case 5: connection.LosesOutcome = number % 2 == 0; break;
                    case 6 when own is not null:
                        await scene.AskAsync(server, AddressRequestKind.Release, client, own);
                        promised.Remove(own);
                        break;
                    case 7: await TakeAsync(AddressRequestKind.Select, random); break;
                    case 8: await TakeAsync(AddressRequestKind.Verify, random); break;
                    case 9: await TakeAsync(AddressRequestKind.Extend, own ?? random); break;
                    case 10: await TakeAsync(AddressRequestKind.Verify, own ?? random); break;
                    default:
                        var offer = await scene.AskAsync(server, AddressRequestKind.Discover, client, null, isFirmware);
                        if (offer.Kind == AddressResultKind.Grant) await TakeAsync(AddressRequestKind.Select, offer.Address.ToString());
                        break;
                }

                async Task TakeAsync(AddressRequestKind kind, string wanted)
                {
                    var answer = await scene.AskAsync(server, kind, client, wanted, isFirmware);
                    if (answer.Kind != AddressResultKind.Grant) return;
                    var now = scene.Time.GetUtcNow();
                    answer.Address.ToString().Should().Be(wanted);
                    if (promised.TryGetValue(wanted, out var holder) && holder.Until > now) holder.Client.Should().Be(client);
                    promised[wanted] = (client, now + answer.LeaseTime);
                }
            }
        }, iter: 100, threads: 1);
}
