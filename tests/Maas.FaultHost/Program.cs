using System.Globalization;
using Maas.FaultHost;

// A host of the fault tests: a process that can be killed. Without a word, its arguments are those of HostSettings.
switch (args)
{
    case ["webhooks", var connectionString, var schema, var folder, var secretKey, var url]:
        await WebhookHost.RunAsync(connectionString, schema, folder, secretKey, url);
        break;
    case ["soak", var folder, var address, var http, var dhcp, var tftp, .. var database]:
        int[] ports = [.. new[] { http, dhcp, tftp }.Select(port => int.Parse(port, CultureInfo.InvariantCulture))];
        await SoakHost.RunAsync(folder, address, ports, database is [var connection] ? connection : null);
        break;
    default:
        await using (var host = await Host.OpenAsync(new HostSettings(args))) await host.RunAsync();
        break;
}
