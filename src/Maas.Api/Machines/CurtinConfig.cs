using System.Globalization;
using System.Text.Json;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary>
/// What a deployment does, as curtin would be configured for it. The agent of the ephemeral environment does it; the document is for
/// people and tools that read it.
/// </summary>
internal static class CurtinConfig
{
    /// <summary>The configuration in YAML. Values are JSON strings, which are YAML strings too.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="image">Its image.</param>
    /// <param name="baseUrl">The address of this server with the mount point.</param>
    public static string For(Deployment deployment, ImageReference image, string baseUrl) => $"""
        #curtin
        # The agent of the ephemeral environment does this with the machine's own key, which is not in this document.
        sources:
          maas:
            type: {Quote(SourceOf(image.FileType))}
            uri: {Quote(baseUrl + "/metadata/latest/maas-image")}
            sha256: {Quote(image.Sha256)}
            size: {image.Size.ToString(CultureInfo.InvariantCulture)}
        block-meta:
          devices: [ {Quote("/dev/" + deployment.Disk.Name)} ]
          serial: {Quote(deployment.Disk.Serial)}
        late_commands:
          maas: [ "wget", "--no-proxy", {Quote(baseUrl + "/metadata/latest/")}, "--post-data", "op=netboot_off", "-O", "/dev/null" ]
        power_state:
          mode: reboot

        """;

    /// <summary>curtin's name of a file type: <c>ddgz</c> is <c>dd-gz</c>, and <c>root-tgz</c> is <c>tgz</c>.</summary>
    private static string SourceOf(string fileType) =>
        fileType.StartsWith("dd", StringComparison.Ordinal) ? $"dd-{fileType[2..]}"
        : fileType == "squashfs" ? "fsimage"
        : fileType == "root-tgz" ? "tgz"
        : fileType;

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
