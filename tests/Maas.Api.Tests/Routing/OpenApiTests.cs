using System.Text.Json;
using Microsoft.OpenApi;

namespace Maas.Api.Tests.Routing;

/// <summary><c>openapi.json</c>, read by Microsoft's library.</summary>
public class OpenApiTests
{
    [Fact]
    public async Task The_document_is_valid_and_has_every_operation()
    {
        await using var host = await ApiHost.StartAsync(prefix: "/metal/MAAS");

        var reply = (await host.SendAsync("GET", "/metal/MAAS/api/2.0/openapi.json")).Expect(200);

        var read = OpenApiDocument.Parse(reply.Text, "json");
        read.Diagnostic!.Errors.Should().BeEmpty();
        read.Diagnostic.Warnings.Should().BeEmpty();
        read.Diagnostic.SpecificationVersion.Should().Be(OpenApiSpecVersion.OpenApi3_1);
        var document = read.Document!;
        document.Servers!.Single().Url.Should().Be("/metal/MAAS/api/2.0");
        var operations = document.Paths.SelectMany(path => path.Value.Operations!.Values).ToList();
        operations.Should().HaveCount(RouteTable.Everything.Resources
            .Where(resource => resource.Path.StartsWith("api/2.0/", StringComparison.Ordinal) && !resource.IsAlias)
            .Sum(resource => resource.Actions.Length));
        operations.Select(operation => operation.OperationId).Should().OnlyHaveUniqueItems();
        var allocate = document.Paths["/machines/op-allocate"].Operations![HttpMethod.Post];
        allocate.OperationId.Should().Be("MachinesHandler_allocate");
        allocate.RequestBody!.Content!["application/x-www-form-urlencoded"].Schema!.Properties!.Keys.Should()
            .Contain(["name", "mem", "tags"]);
    }

    [Fact]
    public async Task Every_path_of_the_document_is_served()
    {
        await using var host = await ApiHost.StartAsync();
        var machine = await host.ReadyAsync();
        var document = (await host.SendAsync("GET", "openapi.json")).Expect(200).Json;

        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            var asked = path.Name.Replace("{system_id}", machine.Id.ToString(), StringComparison.Ordinal);
            while (asked.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at)
                asked = asked[..at] + "1" + asked[(asked.IndexOf('}', StringComparison.Ordinal) + 1)..];
            foreach (var method in path.Value.EnumerateObject().Where(each => each.Value.ValueKind == JsonValueKind.Object))
            {
                var reply = await host.SendAsync(method.Name.ToUpperInvariant(), asked.TrimStart('/'), host.Sign(host.Admin));
                reply.Text.Should().NotContainAny("Unknown API endpoint", "Unrecognised signature", "Method Not Allowed");
            }
        }
    }
}
