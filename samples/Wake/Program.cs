// Turns a machine on or off with Maas.Power alone.
//   Wake 52:54:00:12:34:56 [--to 10.0.0.255[:PORT]]
//   IPMI_PASSWORD=secret Wake ipmi on|off|status|pxe --address 10.0.0.7[:PORT] --user admin [--cipher 3]
using System.CommandLine;
using Maas.Power;
using Maas.Power.Ipmi;
using Maas.Power.WakeOnLan;

var power = new PowerDrivers([new WakeOnLanDriver(), new IpmiDriver()]);
var (mac, to) = (
    new Argument<string>("mac") { Description = "MAC address to wake", Arity = ArgumentArity.ZeroOrOne },
    new Option<string>("--to") { Description = "Broadcast address to send to" });
var action = new Argument<string>("action").AcceptOnlyFromAmong("on", "off", "status", "pxe");
var (address, user, cipher) = (
    new Option<string>("--address") { Required = true }, new Option<string>("--user"), new Option<string>("--cipher"));

var ipmi = new Command("ipmi", "Ask a management controller; the password is read from IPMI_PASSWORD") { action, address, user, cipher };
ipmi.SetAction((given, stop) =>
{
    var target = Target(
        "ipmi",
        ("power_address", given.GetValue(address)),
        ("power_user", given.GetValue(user)),
        ("cipher_suite_id", given.GetValue(cipher)),
        ("power_pass", Environment.GetEnvironmentVariable("IPMI_PASSWORD")));
    return Print(given.GetValue(action) switch
    {
        "on" => power.TurnOnAsync(target, stop),
        "off" => power.TurnOffAsync(target, PowerOffMode.Hard, stop),
        "pxe" => power.SetNextBootAsync(target, NextBoot.Network, stop),
        _ => power.QueryAsync(target, stop),
    });
});
var root = new RootCommand("Turns a machine on or off") { mac, to, ipmi };
root.SetAction((given, stop) =>
    Print(power.TurnOnAsync(Target("wakeonlan", ("mac_address", given.GetValue(mac)), ("power_address", given.GetValue(to))), stop)));
return await root.Parse(args).InvokeAsync();

static PowerTarget Target(string type, params (string Name, string? Value)[] parameters) =>
    new(type, parameters.Select(p => KeyValuePair.Create(p.Name, p.Value ?? "")));
static async Task<int> Print(Task<PowerResult> asked)
{
    Console.WriteLine(await asked);
    return asked.Result is PowerResult.Failed ? 1 : 0;
}
