using System.Diagnostics.Metrics;
using Maas.Api.Routing;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Api.Tests.Hosting;

/// <summary>The endpoints that are generated from the route table.</summary>
public class EndpointTests
{
    [Fact]
    public async Task Every_operation_is_an_endpoint_with_a_name_of_its_own_a_summary_and_its_access()
    {
        await using var host = await HostedApi.StartAsync();
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<MaasApiOperation>() is not null)
            .ToList();

        endpoints.Should().HaveCount(RouteTable.Everything.Resources.Sum(resource => resource.Actions.Length));
        endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName).Should().OnlyHaveUniqueItems();
        endpoints.Should().OnlyContain(endpoint => endpoint.Metadata.GetMetadata<IEndpointSummaryMetadata>() != null);
        var deploy = endpoints.Single(endpoint => endpoint.Metadata.GetMetadata<MaasApiOperation>() is { Op: "deploy" });
        deploy.DisplayName.Should().Be("MAAS POST /MAAS/api/2.0/machines/{system_id}/op-deploy (MachineHandler.deploy)");
        deploy.Metadata.GetMetadata<MaasApiOperation>()!.Access.Should().Be(ApiAccess.User);
        deploy.Metadata.GetMetadata<MaasApiOperation>()!.FormLimit.Should().Be(8 * 1024 * 1024);
    }

    [Theory]
    [InlineData("GET", "machines/", null, "/MAAS/api/2.0/machines/")]
    [InlineData("HEAD", "machines/", null, "/MAAS/api/2.0/machines/")]
    [InlineData("GET", "users/?op=whoami", null, "/MAAS/api/2.0/users/op-whoami")]
    [InlineData("GET", "users/op-whoami", null, "/MAAS/api/2.0/users/op-whoami")]
    [InlineData("POST", "machines/", "accept_all", "/MAAS/api/2.0/machines/op-accept_all")]
    [InlineData("GET", "machines/abc123/", null, "/MAAS/api/2.0/machines/{system_id}/")]
    [InlineData("PATCH", "machines/", null, "/MAAS/api/2.0/machines/")]
    public async Task Metrics_name_the_operation(string method, string path, string? inBody, string route)
    {
        await using var host = await HostedApi.StartAsync();
        var measured = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "http.server.request.duration"
                    && instrument.Meter.Scope == host.Services.GetRequiredService<IMeterFactory>())
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag.Key == "http.route") measured.TrySetResult((string?)tag.Value);
        });
        listener.Start();

        await host.SendAsync(method, "/MAAS/api/2.0/" + path, content: inBody is null ? null : ApiHost.Form(("op", inBody)));

        (await measured.Task.WaitAsync(TestContext.Current.CancellationToken)).Should().Be(route);
    }

    [Fact]
    public void A_handler_that_reads_an_argument_which_is_not_declared_fails()
    {
        var form = new Maas.Api.Requests.RequestForm([new("name", "a"), new("other", "b")], []).Only(name => name == "name");

        form["name"].Should().Be("a");
        foreach (var read in new Func<object?>[]
        {
            () => form["other"], () => form.Has("other"), () => form.All("other"), () => form.Bytes("other")
        })
            read.Should().Throw<InvalidOperationException>().WithMessage("*'other'*");
    }

    [Fact]
    public void An_operation_accepts_what_it_declares()
    {
        var action =
            ApiAction.Update(ApiAccess.User, _ => throw new InvalidOperationException(), "Change it.\n\n:param name: its name.") with
        {
            AlsoTakes = ["power_*"],
        };

        action.Summary.Should().Be("Change it.");
        action.Arguments.Should().Equal(new ApiArgument("name", "its name."));
        action.Accepts("name").Should().BeTrue();
        action.Accepts("power_user").Should().BeTrue();
        action.Accepts("other").Should().BeFalse();
    }
}
