using Maas.Client;
using Maas.Client.Machines;

// A MAAS server, this project's or Canonical's, from another program: what it is, its machines, and one machine through a deployment.
//   dotnet run --project samples/ClientTour -- http://127.0.0.1:5240/MAAS KEYFILE [deploy]

if (args is not [var address, var keyFile, ..])
{
    Console.Error.WriteLine("usage: ClientTour URL KEYFILE [deploy]");
    return 2;
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};
using var client = new MaasClient(new Uri(address), MaasApiKey.Parse(await File.ReadAllTextAsync(keyFile)));

try
{
    var version = await client.Version.GetAsync(stop.Token);
    var user = await client.Users.WhoAmIAsync(stop.Token);
    Console.WriteLine($"MAAS {version.Version}, as {user.Username}");

    await foreach (var each in client.Machines.ListAsync(stop.Token))
        Console.WriteLine($"  {each.SystemId}  {each.Fqdn,-30} {each.StatusName,-14} {each.CpuCount} CPUs, {each.Memory} MiB");
    if (!args.Contains("deploy")) return 0;

    var machine = await client.Machines.AllocateAsync(new() { AgentName = "client-tour" }, stop.Token);
    if (machine is null)
    {
        Console.WriteLine("no machine is free");
        return 1;
    }

    await client.Machines.DeployAsync(machine.SystemId, new() { UserData = "#cloud-config\n{}\n"u8.ToArray() }, stop.Token);
    Console.WriteLine($"{machine.Hostname} is being deployed");
    var deployed = await client.Machines.WaitForStatusAsync(machine.SystemId, MaasMachineStatus.Deployed, cancellationToken: stop.Token);
    Console.WriteLine($"{deployed.Hostname} is deployed: {string.Join(", ", deployed.IpAddresses)}");
    return 0;
}
catch (Exception failure) when (failure is MaasApiException or MachineStatusException or HttpRequestException or TimeoutException)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
