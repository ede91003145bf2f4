using Maas.Api.Routing;

namespace Maas.Api.Tests.Routing;

/// <summary>The declared arguments: each has a name, a meaning and a type, once.</summary>
public class ArgumentTypeTests
{
    [Fact]
    public void Every_argument_is_declared_once_and_with_a_meaning()
    {
        foreach (var resource in RouteTable.Everything.Resources)
        {
            foreach (var action in resource.Actions)
            {
                action.Arguments.Select(argument => argument.Name).Should().OnlyHaveUniqueItems(
                    "of {0} {1} {2}", action.Method, resource.Path, action.Op);
                action.Arguments.Should().NotContain(
                    argument => argument.Name.Length == 0 || argument.Meaning.Length == 0, "of {0} {1} {2}",
                    action.Method, resource.Path, action.Op);
                ApiArgument.Parse(action.Doc).Select(argument => argument.Name).Should().Equal(
                    action.Arguments.Select(argument => argument.Name), "clients read them in the text of {0} {1} {2}",
                    action.Method, resource.Path, action.Op);
            }
        }
    }

    [Theory]
    [InlineData("api/2.0/nodes/{system_id}/blockdevices/", null, "block_size", "Integer")]
    [InlineData("api/2.0/nodes/{system_id}/blockdevices/{device_id}/partitions/", null, "bootable", "Boolean")]
    [InlineData("api/2.0/machines/{system_id}/", "commission", "skip_networking", "Boolean")]
    [InlineData("api/2.0/files/", null, "file", "File")]
    public void An_argument_has_the_type_that_OpenAPI_shows(string path, string? op, string name, string type) =>
        RouteTable.Everything.Resources.Single(resource => resource.Path == path).Actions
            .Where(action => action.Op == op && action.Method == "POST").SelectMany(action => action.Arguments)
            .Single(argument => argument.Name == name).Type.ToString().Should().Be(type);
}
