using System.CommandLine;
using BootStorm;

var machines = new Option<int>("--machines") { Description = "How many are turned on at once.", DefaultValueFactory = _ => 2000 };
var loss = new Option<double>("--loss") { Description = "The share of datagrams lost, each way.", DefaultValueFactory = _ => 0.05 };
var size = new Option<int>("--size") { Description = "Bytes of the boot program.", DefaultValueFactory = _ => 1_000_000 };
var serve = new Command("serve", "The servers alone, in a process of their own; started by the storm.") { size };
var command =
    new RootCommand("Simulated UEFI machines turned on together: DHCP, a boot program by TFTP, DHCP again as iPXE, a script, a kernel.")
{
    machines, loss, size, serve
};

serve.SetAction((parsed, cancellationToken) => StormServer.RunAsync(parsed.GetValue(size), cancellationToken));
command.SetAction((parsed, cancellationToken) =>
    Storm.RunAsync(parsed.GetValue(machines), parsed.GetValue(loss), parsed.GetValue(size), cancellationToken));
return await command.Parse(args).InvokeAsync();
