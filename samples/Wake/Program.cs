// Turns a machine on or off, or looks at it, with Maas.Power alone.
//   Wake 52:54:00:12:34:56 [--to 10.0.0.255[:PORT]]
//   POWER_PASSWORD=secret Wake ipmi|redfish on|off|status|pxe|sensors --address 10.0.0.7[:PORT] --user admin [--pin SHA256]
using System.CommandLine;
using Maas.Power;
using Maas.Power.Ipmi;
using Maas.Power.Redfish;
using Maas.Power.WakeOnLan;

var power = new PowerDrivers([new WakeOnLanDriver(), new IpmiDriver(), new RedfishDriver()]);
var (mac, to) = (
    new Argument<string>("mac") { Description = "MAC address to wake", Arity = ArgumentArity.ZeroOrOne },
    new Option<string>("--to") { Description = "Broadcast address to send to" });
var action = new Argument<string>("action").AcceptOnlyFromAmong("on", "off", "status", "pxe", "sensors");
var (address, user, pin) = (
    new Option<string>("--address") { Required = true },
    new Option<string>("--user"),
    new Option<string>("--pin") { Description = "SHA-256 of the certificate (redfish)" });

var root = new RootCommand("Turns a machine on or off") { mac, to };
root.SetAction((given, stop) =>
    Print(power.TurnOnAsync(Target("wakeonlan", ("mac_address", given.GetValue(mac)), ("power_address", given.GetValue(to))), stop)));
foreach (var type in new[] { "ipmi", "redfish" })
{
    var controller = new Command(type, $"Ask a management controller by {type}; the password is read from POWER_PASSWORD")
    {
        action, address, user, pin,
    };
    controller.SetAction((given, stop) =>
    {
        var target = Target(
            type,
            ("power_address", given.GetValue(address)),
            ("power_user", given.GetValue(user)),
            ("power_tls_fingerprint", given.GetValue(pin)),
            ("power_pass", Environment.GetEnvironmentVariable("POWER_PASSWORD")));
        return given.GetValue(action) switch
        {
            "on" => Print(power.TurnOnAsync(target, stop)),
            "off" => Print(power.TurnOffAsync(target, PowerOffMode.Hard, stop)),
            "pxe" => Print(power.SetNextBootAsync(target, NextBoot.Network, stop)),
            "sensors" => type == "ipmi" ? PrintIpmiSensors(target, stop) : PrintRedfishSensors(target, stop),
            _ => Print(power.QueryAsync(target, stop)),
        };
    });
    root.Add(controller);
}

return await root.Parse(args).InvokeAsync();

static PowerTarget Target(string type, params (string Name, string? Value)[] parameters) =>
    new(type, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value ?? "")));

static async Task<int> Print(Task<PowerResult> asked)
{
    Console.WriteLine(await asked);
    return asked.Result is PowerResult.Failed ? 1 : 0;
}

static async Task<int> PrintIpmiSensors(PowerTarget target, CancellationToken stop)
{
    if (!IpmiDriver.TryRead(target, out var settings, out var problem) || settings is null) throw new ArgumentException(problem);
    await using var session = await new IpmiClient().ConnectAsync(settings, stop);
    await foreach (var sensor in session.ReadSensorsAsync(stop)) Console.WriteLine($"{sensor.Name}: {sensor.Value} {sensor.Unit}");
    return 0;
}

static async Task<int> PrintRedfishSensors(PowerTarget target, CancellationToken stop)
{
    if (!RedfishDriver.TryRead(target, out var settings, out var problem) || settings is null) throw new ArgumentException(problem);
    await using var redfish = new RedfishClient(settings);
    foreach (var sensor in await redfish.ReadSensorsAsync(await redfish.GetSystemAsync(target["node_id"], stop), stop))
        Console.WriteLine($"{sensor.Name}: {sensor.Reading} {sensor.Unit}");
    return 0;
}
