using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Maas.Boot.Dhcp4.Leases;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Power;
using Maas.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.FaultHost;

/// <summary>
/// A host with DHCP, TFTP, the API and the metadata service on loopback, from which simulated machines of the test boot.
/// </summary>
internal static class SoakHost
{
    private const string Image = "custom/soak";

    /// <summary>Serves until the process is killed.</summary>
    /// <param name="folder">Its data directory, with <c>power.sock</c> of the test; it takes requests at <c>host.sock</c>.</param>
    /// <param name="address">Its address, of 127.0.0.0/8.</param>
    /// <param name="ports">The ports of HTTP, DHCP and TFTP.</param>
    /// <param name="database">The connection string of PostgreSQL; nothing for SQLite.</param>
    public static async Task RunAsync(string folder, string address, int[] ports, string? database)
    {
        var prefix = address[..address.LastIndexOf('.')];
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var url = string.Create(CultureInfo.InvariantCulture, $"http://{address}:{ports[0]}");
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton<IMachinePower>(new SocketPower(Path.Combine(folder, "power.sock"), "host"));
        // What is kept is little, so that the store has its size after some minutes.
        builder.Services.Configure<MaasCoreOptions>(core =>
        {
            (core.EventsPerMachine, core.EventsOfDeletedMachines, core.MachineChanges) = (100, 1000, 1000);
            core.ControllerHostname = $"host-{address.Replace('.', '-')}"; // hosts of one name would be one host
            core.PowerTimeout = TimeSpan.FromSeconds(3); // a claim of a host that was killed lasts for that and half a minute
            core.Quotas = new StoreQuotas { ScriptResultsPerMachine = 50 };
        });
        var maas = builder.Services.AddMaas(options =>
        {
            options.DataDirectory = folder;
            options.ImagePeers.Address = new Uri(url + "/MAAS"); // loopback is not announced by itself
            options.Ephemeral.Own = new CustomEnvironment("kernel", "initrd");
            options.Networks["loopback"] = new MaasNetworkOptions
            {
                Loopback = new LoopbackBoot(IPAddress.Parse(address), ports[1], ports[2], IPNetwork.Parse($"{prefix}.0/24")),
                Range = AddressRange.Parse($"{prefix}.100-{prefix}.250"),
            };
        });
        (database is null ? maas.AddSqlite() : maas.AddPostgres(database)).AddBoot().AddApi();
        await using var app = builder.Build();
        app.MapMaas();
        await app.StartAsync();
        var core = app.Services.GetRequiredService<MaasCore>();
        // One host has it; the others fetch it from that one.
        if (!(await core.BootResources.ListAsync()).Any(resource => resource.Name == Image)) await UploadAsync(core);
        await LineSocket.ServeAsync(
            Path.Combine(folder, "host.sock"), new MachineRequests(core, null).AnswerAsync, CancellationToken.None);
    }

    private static async Task UploadAsync(MaasCore core)
    {
        var image = RandomNumberGenerator.GetBytes(256 * 1024);
        var taken = (UploadResult.Taken)await core.BootResources.CreateAsync(new NewBootResource
        {
            Name = Image, Architecture = "amd64", FileType = "ddraw", Size = image.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(image)),
        });
        await core.BootResources.AppendAsync(taken.Resource.Id, taken.Resource.Sets[^1].File.Id, new MemoryStream(image));
    }
}
