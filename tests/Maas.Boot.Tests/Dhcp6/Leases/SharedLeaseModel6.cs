using System.Net;
using CsCheck;
using Maas.Boot.Dhcp6.Leases;

namespace Maas.Boot.Tests.Dhcp6.Leases;

public sealed class SharedLeaseModel6
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
            var subnet = SharedLeaseScene6.Subnet with { Ranges = [AddressRange6.Parse("fd00:77::1000-fd00:77::100f")] };
            await using var scene = await SharedLeaseScene6.OpenAsync(Servers, subnet);
            var promised = new Dictionary<string, (int Client, DateTimeOffset Until)>();
            foreach (var (action, server, client, number, isFirmware) in story)
            {
                var random = $"fd00:77::{0x1000 + (number % 16):x}";
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
                        await scene.AskAsync(server, AssociationRequestKind.Release, (byte)client, own);
                        promised.Remove(own);
                        break;
                    case 7 when scene.Connections.All(each => each is { IsCut: false, LosesOutcome: false }):
                        await scene.ReserveAsync(new AddressReservation6.ForHardware(
                            IPAddress.Parse(random), LeaseScene6.HardwareOf((byte)client)));
                        break;
                    case 8: await TakeAsync(AssociationRequestKind.Take, random); break;
                    case 9: await TakeAsync(AssociationRequestKind.Rebind, own ?? random); break;
                    case 10: await TakeAsync(AssociationRequestKind.Renew, random); break;
                    default: await TakeAsync(AssociationRequestKind.Take); break;
                }

                async Task TakeAsync(AssociationRequestKind kind, params string[] wanted)
                {
                    var answer = await scene.AskAsync(server, kind, (byte)client, isFirmware, wanted);
                    var now = scene.Time.GetUtcNow();
                    foreach (var address in answer.Association.Addresses.Where(address => address.Valid > TimeSpan.Zero))
                    {
                        if (promised.TryGetValue($"{address.Address}", out var holder) && holder.Until > now)
                            holder.Client.Should().Be(client);
                        promised[$"{address.Address}"] = (client, now + address.Valid);
                    }
                }
            }
        },
        iter: 100, threads: 1);
}
