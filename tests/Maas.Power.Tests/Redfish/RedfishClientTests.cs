using System.Text;
using System.Threading.Channels;
using CsCheck;
using Maas.Power.Redfish;
using Maas.Power.Tests.Http;
using Maas.Testing.Controllers;
using Microsoft.Extensions.Time.Testing;

namespace Maas.Power.Tests.Redfish;

/// <summary>The client and the simulated service, over TLS on loopback.</summary>
public sealed class RedfishClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static RedfishClient Client(
        SimulatedRedfish bmc, string password = "secret", string? pin = null, bool any = false, TimeProvider? timeProvider = null) => new(
        new RedfishConnectionSettings
        {
            Address = bmc.Address,
            UserName = "admin",
            Password = password,
            CertificateFingerprint = pin ?? (any || bmc.CertificateFingerprint.Length == 0 ? null : bmc.CertificateFingerprint),
            AcceptAnyCertificate = any,
        },
        timeProvider: timeProvider);

    private static async Task<RedfishException> FailureOf(Func<Task> act) =>
        (await act.Should().ThrowAsync<RedfishException>()).Which;

    [Fact]
    public async Task A_system_is_switched_in_a_session_that_ends()
    {
        await using var bmc = new SimulatedRedfish();
        await using (var client = Client(bmc))
        {
            var system = await client.GetSystemAsync(cancellationToken: Stop);
            system.Should().BeEquivalentTo(new
            {
                Id = "1",
                PowerState = PowerState.Off,
                Manufacturer = "Simulated",
                SerialNumber = "SIM0001",
                Uuid = new SimulatedBmcOptions().Uuid,
                FirmwareVersion = "1.2.3",
            });
            await client.ResetAsync(system, "On", Stop);
            (await client.GetSystemAsync("1", Stop)).PowerState.Should().Be(PowerState.On);
            bmc.OpenSessions.Should().Be(1);
        }

        bmc.OpenSessions.Should().Be(0);
        bmc.Chassis.Commands.Should().Equal("on");
    }

    [Fact]
    public async Task A_service_without_sessions_gets_the_password_with_each_request()
    {
        await using var bmc = new SimulatedRedfish(new() { HasSessions = false });
        await using var client = Client(bmc);
        (await client.ListSystemsAsync(Stop)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_password_has_its_name(bool sessions)
    {
        await using var bmc = new SimulatedRedfish(new() { HasSessions = sessions });
        await using var client = Client(bmc, password: "wrong");
        var failure = await FailureOf(() => client.ListSystemsAsync(Stop));
        failure.Failure.Should().Be(PowerFailure.CredentialsRefused);
        failure.Message.Should().NotContain("wrong");
    }

    [Fact]
    public async Task A_session_that_the_service_forgot_is_opened_again()
    {
        await using var bmc = new SimulatedRedfish();
        await using var client = Client(bmc);
        await client.GetSystemAsync(cancellationToken: Stop);
        bmc.ForgetSessions();
        await client.GetSystemAsync(cancellationToken: Stop);
    }

    [Fact]
    public async Task A_certificate_that_the_system_does_not_trust_is_refused_with_its_fingerprint()
    {
        await using var bmc = new SimulatedRedfish();
        await using var strict = new RedfishClient(new RedfishConnectionSettings { Address = bmc.Address });
        var failure = await FailureOf(() => strict.ListSystemsAsync(Stop));
        failure.Failure.Should().Be(PowerFailure.BadParameters);
        failure.Message.Should().Contain(bmc.CertificateFingerprint.ToLowerInvariant()).And.Contain("power_tls_fingerprint");
    }

    [Fact]
    public async Task Another_certificate_than_the_pinned_one_is_refused_even_where_any_is_accepted()
    {
        await using var bmc = new SimulatedRedfish();
        await using var client = Client(bmc, pin: new string('0', 64), any: true);
        (await FailureOf(() => client.ListSystemsAsync(Stop))).Failure.Should().Be(PowerFailure.BadParameters);
        await using var open = Client(bmc, any: true);
        (await open.ListSystemsAsync(Stop)).Should().ContainSingle();
    }

    [Fact]
    public async Task Which_of_several_systems_is_meant_is_not_guessed()
    {
        await using var bmc = new SimulatedRedfish(new() { SystemIds = ["Node1", "Node2"] });
        await using var client = Client(bmc);
        (await FailureOf(() => client.GetSystemAsync(cancellationToken: Stop))).Message.Should().ContainAll("Node1", "Node2", "node_id");
        (await FailureOf(() => client.GetSystemAsync("Node3", Stop))).Failure.Should().Be(PowerFailure.BadParameters);
        (await client.GetSystemAsync("node2", Stop)).Id.Should().Be("Node2");
    }

    [Fact]
    public async Task The_network_a_URL_and_the_disk_are_chosen_for_the_next_boot()
    {
        await using var bmc = new SimulatedRedfish();
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);
        await client.SetBootAsync(system, RedfishBoot.Network, Stop);
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("pxe", IsUefi: true));
        await client.SetBootAsync(system, RedfishBoot.Http(new Uri("http://10.0.0.1/boot.efi")), Stop);
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("http", IsUefi: true, Url: "http://10.0.0.1/boot.efi"));
        await client.SetBootAsync(system, RedfishBoot.Disk with { Enabled = "Continuous", Mode = "Legacy" }, Stop);
        bmc.Chassis.BootChoice.Should().Be(new SimulatedBootChoice("disk", IsPersistent: true));
        (await FailureOf(() => client.SetBootAsync(system, new RedfishBoot("Usb"), Stop))).Message.Should().Contain("UefiHttp");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_ISO_is_put_into_the_virtual_drive_and_booted(bool atManager)
    {
        await using var bmc = new SimulatedRedfish(new() { HasMediaAtManager = atManager });
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);
        await client.InsertMediaAsync(system, new Uri("http://10.0.0.1/old.iso"), Stop);
        var boot = await client.InsertMediaAsync(system, new Uri("http://10.0.0.1/new.iso"), Stop);
        await client.SetBootAsync(system, boot, Stop);
        bmc.InsertedMedia.Should().Be("http://10.0.0.1/new.iso");
        bmc.Chassis.BootChoice!.Url.Should().Be("http://10.0.0.1/new.iso");
        await client.EjectMediaAsync(system, Stop);
        bmc.InsertedMedia.Should().BeNull();
    }

    [Fact]
    public async Task A_service_that_demands_the_protocol_of_an_image_is_given_it()
    {
        await using var bmc = new SimulatedRedfish(new() { RequiresTransferProtocol = true });
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);

        await client.InsertMediaAsync(system, new Uri("https://10.0.0.1/rescue.iso"), Stop);

        bmc.InsertedMedia.Should().Be("https://10.0.0.1/rescue.iso");
    }

    [Fact]
    public async Task A_machine_that_was_never_on_has_an_inventory()
    {
        await using var bmc = new SimulatedRedfish();
        await using var client = Client(bmc);
        var inventory = await client.ReadInventoryAsync(await client.GetSystemAsync(cancellationToken: Stop), Stop);
        inventory.Gaps.Should().BeEmpty();
        inventory.Processors.Should().Equal(new RedfishProcessor("CPU 0", "Simulated 3000", 16, 32, "x86-64"));
        inventory.Memory.Sum(module => module.MebiBytes).Should().Be(65536);
        inventory.Interfaces.Should().Equal(
            new RedfishNetworkInterface("NIC.1", "52:54:00:00:00:01", 25000, true),
            new RedfishNetworkInterface("NIC.2", "52:54:00:00:00:02", null, false));
        inventory.Drives.Should().Equal(new RedfishDrive("Bay 0", "SimDisk", "D-0", 960_197_124_096, "SSD", "NVMe"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_resource_that_a_service_cannot_show_is_a_gap_and_hides_no_other(bool isForbidden)
    {
        string[] hidden = ["/redfish/v1/Systems/1/Memory/DIMM1"];
        await using var bmc = new SimulatedRedfish(isForbidden ? new() { ForbiddenPaths = hidden } : new() { BrokenPaths = hidden });
        await using var client = Client(bmc);
        var inventory = await client.ReadInventoryAsync(await client.GetSystemAsync(cancellationToken: Stop), Stop);
        inventory.Gaps.Should().ContainSingle().Which.Should().Contain("DIMM1");
        inventory.Memory.Should().ContainSingle();
        inventory.Drives.Should().ContainSingle();
    }

    [Theory]
    [InlineData(false, "Inlet Temp 23 Cel; Fan 1  RPM; Power 12 W")]
    [InlineData(true, "Inlet Temp 23 Cel; Fan 1 40 %; 12V 12.1 V; Power 184 W")]
    public async Task Sensors_of_newer_and_older_services_are_read(bool lists, string expected)
    {
        await using var bmc = new SimulatedRedfish(new() { HasThermalLists = lists });
        await using var client = Client(bmc);
        var sensors = await client.ReadSensorsAsync(await client.GetSystemAsync(cancellationToken: Stop), Stop);
        string.Join("; ", sensors.Select(sensor => FormattableString.Invariant($"{sensor.Name} {sensor.Reading} {sensor.Unit}")))
            .Should().Be(expected);
    }

    [Theory]
    [InlineData("Supermicro", true, false, "UsbCd")]
    [InlineData("Lenovo", false, true, "Cd")]
    public async Task A_vendor_that_deviates_is_served_by_its_quirk(string vendor, bool mode, bool tag, string media)
    {
        await using var bmc = new SimulatedRedfish(new() { Vendor = vendor, RequiresBootMode = mode, RequiresETag = tag });
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);
        await client.SetBootAsync(system, RedfishBoot.Network, Stop);
        (await client.InsertMediaAsync(system, new Uri("http://10.0.0.1/x.iso"), Stop)).Target.Should().Be(media);
        bmc.Requests.Count(request => request.StartsWith("PATCH", StringComparison.Ordinal)).Should().Be(1, "nothing was tried in vain");
    }

    [Fact]
    public async Task A_strict_service_that_no_quirk_names_gets_its_entity_tag_the_second_time()
    {
        await using var bmc = new SimulatedRedfish(new() { RequiresETag = true });
        await using var client = Client(bmc);
        await client.SetBootAsync(await client.GetSystemAsync(cancellationToken: Stop), RedfishBoot.Network, Stop);
        bmc.Chassis.BootChoice!.Device.Should().Be("pxe");
    }

    [Theory]
    [InlineData("American Dynamics", null, "")]
    [InlineData("AMI", null, "AMI")]
    [InlineData(null, "Dell Inc.", "Dell")]
    [InlineData("HPE", "HPE", "HPE")]
    public void A_quirk_is_found_by_whole_words(string? vendor, string? manufacturer, string found) =>
        RedfishQuirk.Find(RedfishQuirk.BuiltIn, vendor, manufacturer, null).Vendor.Should().Be(found);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_are_pushed_or_found_in_the_log(bool pushed)
    {
        await using var bmc = new SimulatedRedfish(new() { PushesEvents = pushed });
        bmc.RaiseEvent("OK", "before");
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);
        await using var events = client.WatchEventsAsync(system, TimeSpan.FromMilliseconds(20), Stop).GetAsyncEnumerator(Stop);
        var next = events.MoveNextAsync();
        const string Log = "GET /redfish/v1/Systems/1/LogServices/Log/Entries";
        while (pushed ? bmc.Listeners == 0 : !bmc.Requests.Contains(Log)) await Task.Yield();
        bmc.RaiseEvent("Critical", "A fan failed.");
        (await next).Should().BeTrue();
        events.Current.Should().BeEquivalentTo(new { Severity = "Critical", Message = "A fan failed." });
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)] // the service ends the connection, and its sessions
    [InlineData(false)] // nothing arrives for five minutes: the connection may be dead
    public async Task A_connection_of_events_that_ends_or_is_silent_is_opened_again(bool ends)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var bmc = new SimulatedRedfish();
        var time = new TimersInOrder();
        await using var client = Client(bmc, timeProvider: time);
        var system = await client.GetSystemAsync(cancellationToken: stop);
        await using var events = client.WatchEventsAsync(system, cancellationToken: stop).GetAsyncEnumerator(stop);
        var next = events.MoveNextAsync().AsTask();
        while (bmc.Listeners == 0) await Task.Yield();
        if (ends)
        {
            bmc.ForgetSessions();
            bmc.DropListeners();
        }

        await time.PassAsync(silence: ends ? null : TimeSpan.FromMinutes(5), pause: TimeSpan.FromSeconds(5), stop);
        while (!next.IsCompleted)
        {
            bmc.RaiseEvent("Critical", "A fan failed.");
            await Task.Yield();
        }

        (await next).Should().BeTrue();
        events.Current.Message.Should().Be("A fan failed.");
    }

    /// <summary>A clock on which a test lets the time of a timer pass, once there is such a timer.</summary>
    private sealed class TimersInOrder : FakeTimeProvider
    {
        private readonly Channel<SeenTimer> _timers = Channel.CreateUnbounded<SeenTimer>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var seen = new SeenTimer(dueTime);
            seen.Timer = base.CreateTimer(
                _ =>
                {
                    seen.HasEnded = true;
                    callback(state);
                },
                null, dueTime, period);
            _timers.Writer.TryWrite(seen);
            return seen;
        }

        /// <summary>Lets a pause pass, and before it each silence whose timer runs: a read that got bytes has ended its own.</summary>
        public async Task PassAsync(TimeSpan? silence, TimeSpan pause, CancellationToken cancellationToken)
        {
            while (true)
            {
                var timer = await _timers.Reader.ReadAsync(cancellationToken);
                if (timer.Wait == pause) break;
                if (timer.Wait == silence && !timer.HasEnded) Advance(timer.Wait);
            }

            Advance(pause);
        }

        private sealed class SeenTimer(TimeSpan wait) : ITimer
        {
            public TimeSpan Wait => wait;

            public ITimer Timer { get; set; } = null!; // CreateTimer

            public volatile bool HasEnded;

            public bool Change(TimeSpan dueTime, TimeSpan period) => Timer.Change(dueTime, period);

            public void Dispose()
            {
                HasEnded = true;
                Timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                HasEnded = true;
                return Timer.DisposeAsync();
            }
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_service_that_ends_each_connection_of_events_at_once_is_given_up()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var bmc = new HttpPeer((request, _) => (200, request.Url.AbsolutePath switch
        {
            "/redfish/v1/" => """{"EventService": {"@odata.id": "/events"}}""",
            "/events" => """{"ServerSentEventUri": "/stream"}""",
            _ => "",
        }));
        var time = new TimersInOrder();
        // The time limit of a request is the time of no pause.
        await using var client = new RedfishClient(
            new RedfishConnectionSettings { Address = bmc.Address }, new() { RequestTimeout = TimeSpan.FromSeconds(7) }, time);
        var system = new RedfishSystem { Id = "1", Path = "/1" };
        await using var events = client.WatchEventsAsync(system, cancellationToken: stop).GetAsyncEnumerator(stop);
        var next = events.MoveNextAsync().AsTask();

        for (var failures = 1; failures <= 10; failures++)
            await time.PassAsync(silence: null, pause: TimeSpan.FromSeconds(5 * failures), stop);

        (await FailureOf(() => next)).Failure.Should().Be(PowerFailure.Unintelligible);
        bmc.Requests.Count(request => request == "GET /stream").Should().Be(11);
    }

    [Fact]
    public async Task What_is_not_found_may_be_there_later()
    {
        await using var bmc = new HttpPeer((_, _) => (404, ""));
        await using var client = new RedfishClient(new RedfishConnectionSettings { Address = bmc.Address });

        (await FailureOf(() => client.GetSystemAsync(cancellationToken: Stop))).Failure.Should().Be(PowerFailure.CommandRefused);
    }

    [Fact]
    public async Task Events_of_a_service_that_does_not_answer_are_a_failure_with_a_name()
    {
        var bmc = new SimulatedRedfish();
        await using var client = Client(bmc);
        var system = await client.GetSystemAsync(cancellationToken: Stop);
        await using var events = client.WatchEventsAsync(system, cancellationToken: Stop).GetAsyncEnumerator(Stop);
        await bmc.DisposeAsync();
        (await FailureOf(() => events.MoveNextAsync().AsTask())).Failure.Should().Be(PowerFailure.Unreachable);
    }

    [Fact]
    public void Server_sent_events_are_read_in_any_pieces() =>
        Gen.Int[1, 7].Array[1, 40].Sample(cuts =>
        {
            var reader = new EventStreamReader(1000);
            var stream = ": hello\n\ndata: one\r\ndata:two\r\n\r\nid: 3\ndata: three\n\n"u8.ToArray();
            var at = 0;
            for (var i = 0; at < stream.Length; i++)
            {
                var count = Math.Min(cuts[i % cuts.Length], stream.Length - at);
                reader.TryAdd(stream.AsSpan(at, count)).Should().BeTrue();
                at += count;
            }

            List<string> events = [];
            while (reader.TryTake() is { } data) events.Add(Encoding.UTF8.GetString(data));
            events.Should().Equal("one\ntwo", "three");
        });

    [Fact]
    public void An_event_without_end_is_refused() =>
        new EventStreamReader(100).TryAdd(new byte[101]).Should().BeFalse();

    [Theory]
    [InlineData("""{"@odata.id": "/redfish/v1/Systems/1"}""", "/redfish/v1/Systems/1")]
    [InlineData("""{"@odata.id": "https://evil.example/"}""", null)]
    [InlineData("""{"@odata.id": "//evil.example/"}""", null)]
    [InlineData("""{"@odata.id": "/a\r\nHost: evil"}""", null)]
    [InlineData("""{"@odata.id": 7}""", null)]
    [InlineData("""{}""", null)]
    public void A_link_to_another_host_is_not_followed(string json, string? path)
    {
        RedfishJson.TryParse(Encoding.UTF8.GetBytes(json), out var resource).Should().BeTrue();
        resource.Id().Should().Be(path);
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception() =>
        Gen.Byte.Array[0, 200].Sample(bytes => { _ = RedfishJson.TryParse(bytes, out _); });
}
