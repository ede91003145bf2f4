using Maas.Power.Proxmox;
using Maas.Power.Tests.Http;

namespace Maas.Power.Tests.Proxmox;

public sealed class ProxmoxDriverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly ProxmoxDriver _driver = new(new() { Timing = QuickTiming.Options });
    private string _status = "stopped";
    private string? _authorization;

    private HttpPeer Server() => new((request, body) =>
    {
        _authorization = request.Headers["Authorization"];
        var path = $"{request.HttpMethod} {request.Url.AbsolutePath["/api2/json/".Length..]}";
        if (path == "POST access/ticket")
        {
            return body == "username=maas%40pve&password=hunter2"
                ? (200, """{"data": {"ticket": "PVE:ticket", "CSRFPreventionToken": "csrf"}}""")
                : (401, "");
        }

        var isKnown = _authorization == "PVEAPIToken=maas@pve!maas=s3cret"
            || (request.Headers["Cookie"] == "PVEAuthCookie=PVE:ticket" && request.Headers["CSRFPreventionToken"] == "csrf");
        if (!isKnown) return (401, "");
        switch (path)
        {
            case "GET cluster/resources":
                return (200, """
                    {"data": [
                      {"vmid": 100, "name": "web", "node": "pve1", "type": "qemu", "status": "stopped"},
                      {"vmid": 101, "name": "db", "node": "pve2", "type": "lxc", "status": "stopped"},
                      {"vmid": 102, "name": "twin", "node": "pve2", "type": "qemu", "status": "stopped"},
                      {"vmid": 103, "name": "twin", "node": "pve1", "type": "qemu", "status": "stopped"}]}
                    """);
            case "GET nodes/pve1/qemu/100/status/current":
                return (200, "{\"data\": {\"status\": \"" + _status + "\", \"vmid\": 100}}");
            case "POST nodes/pve1/qemu/100/status/start":
                _status = "running";
                return (200, """{"data": "UPID:pve1:start"}""");
            case "POST nodes/pve1/qemu/100/status/stop" or "POST nodes/pve1/qemu/100/status/shutdown":
                _status = "stopped";
                return (200, """{"data": "UPID:pve1:stop"}""");
            default:
                return (501, "");
        }
    });

    private static PowerTarget Machine(HttpPeer server, params (string Name, string Value)[] more)
    {
        var parameters = new Dictionary<string, string>
        {
            ["power_address"] = server.Address.ToString(),
            ["power_user"] = "maas@pve",
            ["power_token_name"] = "maas",
            ["power_token_secret"] = "s3cret",
            ["power_vm_name"] = "100",
        };
        foreach (var (name, value) in more) parameters[name] = value;
        return new PowerTarget("proxmox", parameters);
    }

    [Theory]
    [InlineData("100")]
    [InlineData("web")]
    public async Task A_virtual_machine_is_switched_with_a_token(string name)
    {
        await using var server = Server();
        var machine = Machine(server, ("power_vm_name", name));
        (await _driver.TurnOnAsync(machine, Stop)).Should().Be(new PowerResult.Observed(PowerState.On));
        (await _driver.TurnOffAsync(machine, PowerOffMode.Soft, Stop)).State.Should().Be(PowerState.Off);
        (await _driver.TurnOnAsync(machine, Stop)).State.Should().Be(PowerState.On);
        (await _driver.TurnOffAsync(machine, PowerOffMode.Hard, Stop)).State.Should().Be(PowerState.Off);
        server.Requests.Should().ContainInOrder(
            "POST /api2/json/nodes/pve1/qemu/100/status/start",
            "POST /api2/json/nodes/pve1/qemu/100/status/shutdown",
            "POST /api2/json/nodes/pve1/qemu/100/status/stop");
    }

    [Fact]
    public async Task A_password_becomes_a_ticket()
    {
        await using var server = Server();
        var machine = Machine(server, ("power_token_name", ""), ("power_token_secret", ""), ("power_pass", "hunter2"));
        (await _driver.TurnOnAsync(machine, Stop)).State.Should().Be(PowerState.On);
        _authorization.Should().BeNull();
    }

    [Fact]
    public async Task Every_failure_has_its_name()
    {
        await using var server = Server();
        (await Failed(Machine(server, ("power_token_secret", "wrong")))).Failure.Should().Be(PowerFailure.CredentialsRefused);
        (await Failed(Machine(server, ("power_vm_name", "999")))).Failure.Should().Be(PowerFailure.BadParameters);
        (await Failed(Machine(server, ("power_vm_name", "twin")))).Reason.Should().Contain("several");
        (await Failed(Machine(server, ("power_token_name", "")))).Reason.Should().Contain("power_pass");
        (await Failed(Machine(server, ("power_token_secret", "a\r\nb")))).Failure.Should().Be(PowerFailure.BadParameters);
    }

    [Fact]
    public async Task A_state_in_between_is_unknown()
    {
        await using var server = Server();
        _status = "suspended";
        (await _driver.QueryAsync(Machine(server), Stop)).Should().Be(new PowerResult.Observed(PowerState.Unknown));
    }

    [Fact]
    public void The_port_is_8006_unless_another_is_named()
    {
        ProxmoxParameters.TryRead(
            new PowerTarget("proxmox", new Dictionary<string, string>
            {
                ["power_address"] = "pve.example", ["power_user"] = "root@pam", ["power_pass"] = "x", ["power_vm_name"] = "100",
            }),
            out var parameters,
            out _).Should().BeTrue();
        parameters!.Address.Should().Be(new Uri("https://pve.example:8006/"));
    }

    private async Task<PowerResult.Failed> Failed(PowerTarget target)
    {
        var result = (await _driver.QueryAsync(target, Stop)).Should().BeOfType<PowerResult.Failed>().Subject;
        result.Reason.Should().NotContain("s3cret");
        return result;
    }
}
