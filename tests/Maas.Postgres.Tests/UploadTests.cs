using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Maas.Core;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Maas.Postgres.Tests;

/// <summary>An image that a client behind a load balancer sends: each piece arrives at another host.</summary>
public sealed class UploadTests
{
    private static readonly IPAddress Address = IPAddress.Parse("127.80.40.1");

    [Fact(Timeout = 60_000)]
    public async Task Pieces_of_one_upload_go_to_two_hosts_of_one_database()
    {
        var stop = TestContext.Current.CancellationToken;
        var options = (await PostgresServer.GetSharedAsync()).NewOptions();
        var folder = Directory.CreateTempSubdirectory("maas-upload-");
        try
        {
            await using var first = await StartAsync("upload-a", folder.FullName, options, stop);
            await using var second = await StartAsync("upload-b", folder.FullName, options, stop);
            var bytes = RandomNumberGenerator.GetBytes(200_000);
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
            var announced = (UploadResult.Taken)await ImagesOf(first).CreateAsync(
                new NewBootResource
                {
                    Name = "custom/pieces", Architecture = "amd64", FileType = "ddraw", Size = bytes.Length, Sha256 = hash,
                },
                stop);

            foreach (var (host, piece) in new[] { (first, bytes[..100_000]), (second, bytes[100_000..]) })
            {
                (await ImagesOf(host).AppendAsync(
                    announced.Resource.Id, announced.Resource.Sets[^1].File.Id, new MemoryStream(piece), stop))
                    .Should().BeOfType<UploadResult.Taken>();
            }

            foreach (var host in new[] { first, second })
            {
                var image = (await ImagesOf(host).ChooseAsync("custom", "pieces", "amd64", stop))!; // it is complete
                await using var content = (await ImagesOf(host).OpenAsync(image, stop))!; // one of the hosts has it
                Convert.ToHexStringLower(await SHA256.HashDataAsync(content, stop)).Should().Be(hash);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static BootResources ImagesOf(WebApplication host) => host.Services.GetRequiredService<BootResources>();

    private static async Task<WebApplication> StartAsync(string name, string folder, PostgresStoreOptions options, CancellationToken stop)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://{Address}:{FreePort()}");
        builder.WebHost.UseUrls(url);
        builder.Services.Configure<MaasCoreOptions>(core => core.ControllerHostname = name);
        builder.Services
            .AddMaas(maas =>
            {
                (maas.DataDirectory, maas.SecretKeyFile) = (Path.Combine(folder, name), Path.Combine(folder, "secret.key"));
                maas.ImagePeers.Address = new Uri(url + "/MAAS"); // loopback is not announced by itself
            })
            .AddPostgres(options.ConnectionString, postgres => (postgres.Schema, postgres.Connections) = (options.Schema, 2))
            .AddApi();
        var host = builder.Build();
        host.MapMaas();
        await host.StartAsync(stop);
        // The other host finds it by its address, which is stored when it has started.
        while (!(await host.Services.GetRequiredService<Hosts>().ListAsync(stop)).Any(
            each => each.Hostname == name && each.ImageAddresses.Count > 0)) await Task.Yield();
        return host;
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(Address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port; // bound above
    }
}
