using System.Text.Json;

namespace Maas.Core.Tests.Files;

public class FileStorageTests
{
    [Fact]
    public async Task A_file_is_its_owners_and_a_second_of_its_name_takes_its_place()
    {
        await using var test = await TestCore.OpenAsync();
        var files = test.Core.Files;
        var first = await files.PutAsync("bob", "agent/provider-state", new byte[] { 1, 2 });
        var second = await files.PutAsync("bob", "agent/provider-state", new byte[] { 3 });
        await files.PutAsync("eve", "agent/provider-state", new byte[] { 4 });
        await files.PutAsync("bob", "agent_x", new byte[] { 5 });

        second.Key.Should().Be(first.Key, "the address that was given out stays good");
        (await files.FindAsync("bob", "agent/provider-state"))!.Content.ToArray().Should().Equal(3);
        (await files.FindByKeyAsync(first.Key))!.Owner.Should().Be("bob");
        (await files.FindAnyAsync("agent/provider-state"))!.Content.ToArray().Should().Equal(4);
        (await files.ListAsync("bob", "agent/")).Select(file => file.Name).Should().Equal("agent/provider-state");
        (await files.ListAsync("bob")).Select(file => file.Name).Should().Equal("agent/provider-state", "agent_x");
        (await files.DeleteAsync("bob", "agent/provider-state")).Should().BeTrue();
        (await files.DeleteAsync("bob", "agent/provider-state")).Should().BeFalse();
        (await files.FindAsync(null, "agent_x")).Should().BeNull();
    }

    [Fact]
    public async Task A_hosts_own_setting_is_a_json_value_and_nothing_else()
    {
        await using var test = await TestCore.OpenAsync();
        (await test.Core.Settings.GetAsync("rack_plan")).Should().BeNull();
        await test.Core.Settings.SetAsync("rack_plan", "\"lab\"");
        await test.Core.Settings.SetAsync("rack_plan", " [1, 2] ");
        (await test.Core.Settings.GetAsync("rack_plan")).Should().Be("[1, 2]");
        var wrong = () => test.Core.Settings.SetAsync("rack_plan", "lab");
        await wrong.Should().ThrowAsync<JsonException>();
        var known = () => test.Core.Settings.SetAsync("maas_name", "[1]");
        await known.Should().ThrowAsync<ArgumentException>("a setting of MAAS's has a type");
    }
}
