using System.Text.Json;
using Maas.Core.Inventory;
using Maas.Core.Network.Interfaces;
using Maas.Core.Nodes;
using Maas.Core.Storage;
using Maas.Core.Tests.Network.Interfaces;

namespace Maas.Core.Tests.Nodes;

public class NodeConfigTests
{
    [Fact]
    public void What_commissioning_found_becomes_what_is_intended_and_survives_as_a_document()
    {
        InventoryParser.TryParse(System.Text.Encoding.UTF8.GetBytes(Inventories.Small(disks: ["vda", "vdb"])), out var hardware, out _)
            .Should().BeTrue();
        hardware = hardware with { Disks = [.. hardware.Disks.Select(disk => disk with { Size = 20L << 30 })] };
        SequentialIds ids = new();
        var found = NodeConfig.Found(hardware, "amd64", (hardware.Interfaces[0].MacAddress, 1), null, ids);
        var intended = NodeConfig.Intended(found, new StorageLayoutRequest { Layout = "flat" }, NetworkPlan.View, null, ids);
        StorageIssues.Find(intended.Storage).Should().BeEmpty();
        LinkRules.FindIssue(intended.Network).Should().BeNull();
        var json = intended.ToJson();
        json.Should().Contain("\"dhcp\"").And.Contain("\"ext4\"").And.Contain("\"GPT\"").And.Contain("\"physical\"");
        NodeConfig.FromJson(json).Should().BeEquivalentTo(intended);
        var again = NodeConfig.Found(hardware, "amd64", (null, null), intended, ids);
        again.Should().BeEquivalentTo(found, "each disk and interface is the same one");
        NodeConfig.Intended(found, new StorageLayoutRequest { Layout = "flat", BootSize = "x" }, NetworkPlan.View, null, ids).Storage
            .Should().Be(found.Storage);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"Storage": {"BlockDevices": [{}]}}""")]
    [InlineData("""{"Network": {"Interfaces": [{"Id": 1, "Name": "x", "Links": [{"Id": 1, "Mode": "static", "Address": "nowhere"}]}]}}""")]
    public void Other_texts_are_no_documents(string text) =>
        ((Action)(() => NodeConfig.FromJson(text))).Should().Throw<JsonException>();
}
