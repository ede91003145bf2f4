using System.Net;
using Maas.Api.Requests;
using Maas.Core;
using Maas.Core.Accounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Api.Tests.Machines;

/// <summary>What callers without credentials may make known.</summary>
public sealed class EnlistmentTests
{
    [Fact]
    public void One_address_takes_its_own_places_and_leaves_those_of_others()
    {
        var time = new FakeTimeProvider();
        var gate = new EnlistmentRateLimiter(
            Options.Create(new MaasApiOptions { EnlistmentsPerMinute = 10, EnlistmentsPerMinuteOfAddress = 3 }), time);
        var (stranger, machine) = (IPAddress.Parse("10.0.0.66"), IPAddress.Parse("10.0.0.100"));
        Enumerable.Range(0, 20).Count(_ => gate.TryEnter(stranger, out var _)).Should().Be(3);
        gate.TryEnter(stranger, out var wait).Should().BeFalse();
        wait.Should().BePositive();
        gate.TryEnter(machine, out _).Should().BeTrue();
        for (var number = 0; number < 20; number++) gate.TryEnter(new IPAddress(0x0a01_0000 + number), out _);
        gate.TryEnter(IPAddress.Parse("10.0.0.101"), out _).Should().BeFalse("all places of this minute are taken");
        time.Advance(TimeSpan.FromMinutes(1));
        gate.TryEnter(stranger, out _).Should().BeTrue();
    }

    [Fact]
    public async Task On_a_link_that_shows_the_callers_hardware_address_only_its_own_machine_is_made_known()
    {
        var seen = new SeenHardware();
        await using var host = await ApiHost.StartAsync(configureServices: services => services.AddSingleton<IHardwareAddresses>(seen));
        seen.Address = MacAddress.Parse("52:54:00:66:66:66");
        foreach (var path in new[] { "machines/", "/MAAS/api/1.0/nodes/?op=new" })
        {
            (await EnlistAsync(host, path, "52:54:00:00:00:01")).Expect(400).Text.Should()
                .Contain("The address of the interface that sends this request must be among them");
            (await host.Core.Machines.ListAsync(cancellationToken: ApiHost.Cancellation)).Should().BeEmpty();
        }

        seen.Address = MacAddress.Parse("52:54:00:00:00:01");
        (await EnlistAsync(host, "machines/", "52:54:00:00:00:01")).Expect(200);
        seen.Address = null;
        (await EnlistAsync(host, "machines/", "52:54:00:00:00:02")).Expect(200);
        (await host.PostAsync(host.Bob, "machines/", ("architecture", "amd64"), ("mac_addresses", "52:54:00:00:00:03"))).Expect(200);
    }

    [Fact]
    public async Task An_administrator_forgets_all_New_machines_at_once_and_no_accepted_one()
    {
        await using var host = await ApiHost.StartAsync();
        for (var number = 1; number <= 70; number++) await host.EnlistAsync($"52:54:00:00:01:{number:x2}");
        var ready = await host.ReadyAsync("52:54:00:00:02:01");
        (await host.PostAsync(host.Bob, "machines/?op=delete_new")).Expect(403);
        (await host.PostAsync(host.Admin, "machines/?op=delete_new", ("older_than", "86400"))).Expect(200).Json.GetProperty("deleted")
            .GetInt32()
            .Should()
            .Be(0);
        (await host.PostAsync(host.Admin, "machines/?op=delete_new")).Expect(200).Json.GetProperty("deleted").GetInt32().Should().Be(70);
        (await host.Core.Machines.ListAsync(cancellationToken: ApiHost.Cancellation)).Should().ContainSingle().Which.Id.Should()
            .Be(ready.Id);
    }

    private static Task<Reply> EnlistAsync(ApiHost host, string path, string mac) =>
        host.SendAsync("POST", path, content: ApiHost.Form(("architecture", "amd64"), ("mac_addresses", mac)));

    private sealed class SeenHardware : IHardwareAddresses
    {
        public MacAddress? Address { get; set; }

        public MacAddress? Find(IPAddress address) => Address;
    }
}
