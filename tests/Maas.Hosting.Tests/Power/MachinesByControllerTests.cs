using System.Net;
using System.Text.Json;
using Maas.Power.Redfish;
using Maas.Testing.Api;
using Maas.Testing.Controllers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests.Power;

/// <summary>The composition and a Redfish service on loopback: a machine that is known by its controller.</summary>
public sealed class MachinesByControllerTests
{
    private const string Password = "hunter2-secret";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_machine_is_enlisted_and_its_inventory_is_read()
    {
        await using var bmc = new SimulatedRedfish(new() { Password = Password });
        using var log = new ErrorLog(LogLevel.Debug);
        await using var server = await StartAsync(log);
        using var client = new ApiTestClient(new HttpClientHandler(), server.Base, server.ApiKey);

        var machine = await client.PostAsync("machines/?op=enlist_bmc", Parameters(bmc, Password), Stop);
        var inventory = await client.GetAsync($"machines/{machine.GetProperty("system_id").GetString()}/?op=bmc_inventory", Stop);

        machine.GetProperty("status_name").GetString().Should().Be("New");
        machine.GetProperty("architecture").GetString().Should().Be("amd64/generic");
        machine.GetProperty("cpu_count").GetInt32().Should().Be(32);
        machine.GetProperty("memory").GetInt32().Should().Be(65536);
        machine.GetProperty("boot_interface").GetProperty("mac_address").GetString().Should().Be("52:54:00:00:00:01");
        machine.GetProperty("hardware_info").GetProperty("system_serial").GetString().Should().Be("SIM0001");
        inventory.GetProperty("interfaces").GetArrayLength().Should().Be(2);
        inventory.GetProperty("drives")[0].GetProperty("serial").GetString().Should().Be("D-0");
        inventory.GetProperty("gaps").GetArrayLength().Should().Be(0);
        bmc.OpenSessions.Should().Be(0);
        bmc.Chassis.Commands.Should().BeEmpty();
        $"{machine} {inventory} {string.Join('\n', log.Errors)}".Should().NotContain(Password);
    }

    [Fact]
    public async Task A_wrong_password_and_a_controller_that_is_away_are_named_and_nothing_is_stored()
    {
        var bmc = new SimulatedRedfish();
        await using var server = await StartAsync();
        using var client = new ApiTestClient(new HttpClientHandler(), server.Base, server.ApiKey);

        var parameters = Parameters(bmc, "secret");
        var wrong = await RefusalAsync(client, Parameters(bmc, Password));
        await bmc.DisposeAsync();
        var away = await RefusalAsync(client, parameters);

        wrong.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        wrong.Message.Should().Contain("power_parameters").And.Contain("password").And.NotContain(Password);
        away.StatusCode.Should().Be(HttpStatusCode.BadGateway);
        (await client.GetAsync("machines/", Stop)).GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task What_the_controller_cannot_show_is_asked_for()
    {
        await using var bmc = new SimulatedRedfish(new()
        {
            BrokenPaths = ["/redfish/v1/Systems/1/EthernetInterfaces", "/redfish/v1/Systems/1/Storage/1"],
        });
        await using var server = await StartAsync();
        using var client = new ApiTestClient(new HttpClientHandler(), server.Base, server.ApiKey);

        var missing = await RefusalAsync(client, Parameters(bmc, "secret"));
        var machine = await client.PostAsync(
            "machines/?op=enlist_bmc", [.. Parameters(bmc, "secret"), new("mac_addresses", "52:54:00:00:00:09")], Stop);
        var inventory = await client.GetAsync($"machines/{machine.GetProperty("system_id").GetString()}/?op=bmc_inventory", Stop);

        missing.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        missing.Message.Should().Contain("mac_addresses").And.Contain("EthernetInterfaces");
        inventory.GetProperty("gaps").GetArrayLength().Should().Be(2);
        inventory.GetProperty("interfaces").GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_machine_is_started_from_an_image_and_the_image_is_ejected_by_command_and_on_release()
    {
        await using var bmc = new SimulatedRedfish();
        await using var server = await StartAsync();
        using var client = new ApiTestClient(new HttpClientHandler(), server.Base, server.ApiKey);
        var enlisted = await client.PostAsync("machines/?op=enlist_bmc", Parameters(bmc, "secret"), Stop);
        var id = enlisted.GetProperty("system_id").GetString();

        await client.PostAsync($"machines/{id}/?op=boot_media", [new("iso", "http://10.0.0.1/rescue.iso")], Stop);
        await UntilAsync(() => bmc.Chassis.IsOn);
        bmc.InsertedMedia.Should().Be("http://10.0.0.1/rescue.iso");
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("cdrom", IsUefi: true, Url: "http://10.0.0.1/rescue.iso"));

        var media = "";
        await UntilAsync(async () =>
        {
            try
            {
                media = (await client.GetAsync($"machines/{id}/?op=bmc_inventory", Stop)).GetProperty("boot_media").GetString();
                return true;
            }
            catch (HttpRequestException busy) when (busy.StatusCode is HttpStatusCode.GatewayTimeout)
            {
                return false; // the machine's power, which is still being looked at, goes first
            }
        });
        media.Should().Be("http://10.0.0.1/rescue.iso");

        await client.PostAsync($"machines/{id}/?op=eject_media", [], Stop);
        await UntilAsync(() => bmc.InsertedMedia is null);
        bmc.Chassis.IsOn.Should().BeTrue("only the image is taken out");
        bmc.Chassis.Commands.Should().Equal("on");
    }

    [Fact]
    public async Task A_controller_that_refuses_the_password_is_named_in_the_events_and_the_machine_is_not_turned_on()
    {
        await using var bmc = new SimulatedRedfish();
        await using var server = await StartAsync();
        using var client = new ApiTestClient(new HttpClientHandler(), server.Base, server.ApiKey);
        var enlisted = await client.PostAsync("machines/?op=enlist_bmc", Parameters(bmc, "secret"), Stop);
        var id = enlisted.GetProperty("system_id").GetString();
        await client.PutAsync($"machines/{id}/", [new("power_parameters_power_pass", Password)], Stop);

        await client.PostAsync($"machines/{id}/?op=boot_media", [new("iso", "http://10.0.0.1/rescue.iso")], Stop);

        var events = "";
        await UntilAsync(async () =>
        {
            events = (await client.GetAsync($"events/?op=query&id={id}&level=DEBUG", Stop)).GetRawText();
            return events.Contains("failed", StringComparison.Ordinal);
        });
        events.Should().Contain("password").And.NotContain(Password);
        bmc.InsertedMedia.Should().BeNull();
        bmc.Chassis.IsOn.Should().BeFalse();
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var ticks = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo()) await ticks.WaitForNextTickAsync(Stop);
    }

    private static Task<ComposedServer> StartAsync(ILoggerProvider? log = null) => ComposedServer.StartAsync(
        null, log, services => services.Configure<RedfishOptions>(options =>
        {
            options.Timing.MinimumInterval = TimeSpan.Zero;
            options.Timing.RetryPause = TimeSpan.FromMilliseconds(1);
            options.Timing.ObserveInterval = TimeSpan.FromMilliseconds(5);
        }));

    private static async Task<HttpRequestException> RefusalAsync(ApiTestClient client, KeyValuePair<string, string>[] parameters) =>
        (await FluentActions.Awaiting(() => client.PostAsync("machines/?op=enlist_bmc", parameters, Stop))
            .Should().ThrowAsync<HttpRequestException>()).Which;

    private static KeyValuePair<string, string>[] Parameters(SimulatedRedfish bmc, string password) =>
    [
        new("power_type", "redfish"),
        new("power_parameters", JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["power_address"] = bmc.Address.ToString(),
            ["power_user"] = "admin",
            ["power_pass"] = password,
            ["power_tls_fingerprint"] = bmc.CertificateFingerprint,
        })),
    ];
}
