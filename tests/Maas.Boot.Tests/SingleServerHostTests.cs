using System.ComponentModel.DataAnnotations;
using System.Net;
using Maas.Boot.Dhcp4.Leases;
using Maas.Boot.Dhcp4.Server;
using Maas.Boot.Files;
using Maas.Boot.Tests.Dhcp4.Leases;
using Maas.Boot.Tests.Tftp;
using Maas.Boot.Tftp;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Maas.Boot.Tests;

public class SingleServerHostTests
{
    [Fact]
    public async Task A_host_runs_a_TFTP_server_alone()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IBootFiles>(new OneFile());
        builder.Services.AddTftpServer(o => o.Listen = new IPEndPoint(IPAddress.Loopback, 0));
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        using var client = new RawClient((await host.Services.GetRequiredService<TftpServer>().Listening)[0]);
        client.AskRead("file");
        (await client.ReceiveTextAsync()).Should().EndWith("content");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_host_runs_a_DHCP_server_alone_without_policy_and_files()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IAddressSource>(await LeaseAllocator.OpenAsync([LeaseScene.Subnet], new InMemoryLeaseStore()));
        builder.Services.AddDhcpServer(o => o.ListenOn = new IPEndPoint(IPAddress.Loopback, 0));
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);

        (await host.Services.GetRequiredService<DhcpServer>().Listening).Should().ContainSingle();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_host_with_an_option_out_of_range_does_not_start()
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Services.AddSingleton<IBootFiles>(new OneFile());
        builder.Services.AddTftpServer(o => o.MaxBlockSize = 4);
        using var host = builder.Build();

        (await host.Awaiting(h => h.StartAsync(TestContext.Current.CancellationToken)).Should().ThrowAsync<Exception>())
            .Which.Should().Match(e => e is OptionsValidationException || e is ValidationException);
    }

    private sealed class OneFile : IBootFiles
    {
        public ValueTask<BootFile?> OpenAsync(BootFileRequest request, CancellationToken cancellationToken) =>
            new(request.Name == "file" ? BootFile.FromBytes("content"u8.ToArray()) : null);
    }
}
