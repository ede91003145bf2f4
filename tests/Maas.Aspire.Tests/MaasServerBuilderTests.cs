using System.Net;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Maas.Aspire.Tests;

public class MaasServerBuilderTests
{
    [Theory, InlineData(0), InlineData(1001)]
    public void As_many_machines_are_simulated_as_the_server_can(int count)
    {
        var maas = AspireHost.CreateBuilder().AddMaasServer("maas");
        maas.Invoking(server => server.WithSimulatedMachines(count)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public async Task Simulated_machines_and_a_data_directory_exclude_each_other()
    {
        var maas = AspireHost.CreateBuilder().AddMaasServer("maas", port: 5240).WithSimulatedMachines(2).WithDataDirectory("state");
        await maas.Awaiting(ArgumentsAsync).Should().ThrowAsync<DistributedApplicationException>().WithMessage("*maas*");
    }

    [Fact]
    public async Task A_server_of_a_network_listens_on_all_addresses_and_keeps_its_key_with_its_state()
    {
        var maas = AspireHost.CreateBuilder().AddMaasServer("maas", port: 5240).WithDataDirectory("/var/lib/maas")
            .WithBootNetwork("eth1", IPAddress.Parse("10.0.0.100"), IPAddress.Parse("10.0.0.200"));

        (await ArgumentsAsync(maas)).Should().ContainInConsecutiveOrder(
            "--key-file", "/var/lib/maas/admin.apikey", "--data", "/var/lib/maas",
            "--interface", "eth1", "--range", "10.0.0.100-10.0.0.200");
        (await ArgumentsAsync(maas))[1].Should().StartWith("http://0.0.0.0:");
    }

    [Fact]
    public async Task A_server_alone_listens_on_loopback()
    {
        var arguments = await ArgumentsAsync(AspireHost.CreateBuilder().AddMaasServer("maas", port: 5240));
        arguments[1].Should().StartWith("http://127.0.0.1:");
    }

    private static async Task<IReadOnlyList<string>> ArgumentsAsync(IResourceBuilder<MaasServerResource> server)
    {
        var context = new CommandLineArgsCallbackContext([], server.Resource);
        foreach (var annotation in server.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(context);
        return [.. context.Args.Select(argument => argument as string ?? ((ReferenceExpression)argument).ValueExpression)];
    }
}
