using System.CommandLine;
using Maas.Images.CloudInit;
using Maas.Images.Outputs;

namespace ImageTool.Verbs;

/// <summary>
/// <c>seed OUT --instance-id ID [--hostname H] [--user-data FILE] [--vendor-data FILE] [--network-config FILE] [--fat]</c>: a NoCloud seed.
/// </summary>
internal static class SeedVerb
{
    private static readonly Argument<string> Output = new("out") { Description = "The volume to write: an ISO, or a FAT with --fat." };
    private static readonly Option<string> InstanceId = new("--instance-id")
    {
        Description = "Another id is another instance to cloud-init.",
        Required = true
    };
    private static readonly Option<string?> HostName = new("--hostname") { Description = "The host's name." };
    private static readonly Option<string?> UserData = new("--user-data") { Description = "A file: #cloud-config, a script." };
    private static readonly Option<string?> VendorData = new("--vendor-data") { Description = "A file." };
    private static readonly Option<string?> NetworkConfig = new("--network-config") { Description = "A file, version 1 or 2." };

    private static readonly Option<bool> Fat = new("--fat") { Description = "A FAT, which can be changed later (put), instead of an ISO." };
    private static readonly Option<bool> Force = OutputOption.Force();

    public static Command Command { get; } = Make();

    private static Command Make()
    {
        var command = new Command("seed", "Makes a seed for cloud-init's NoCloud datasource.")
        {
            Output, InstanceId, HostName, UserData, VendorData, NetworkConfig, Fat, Force
        };
        command.SetAction(async (arguments, cancellationToken) =>
        {
            var seed = new NoCloudSeed
            {
                InstanceId = arguments.GetRequiredValue(InstanceId),
                HostName = arguments.GetValue(HostName),
                VendorData = await ReadAsync(arguments.GetValue(VendorData), cancellationToken),
                NetworkConfig = await ReadAsync(arguments.GetValue(NetworkConfig), cancellationToken),
            };
            if (await ReadAsync(arguments.GetValue(UserData), cancellationToken) is { } userData) seed = seed with { UserData = userData };
            await using var volume = arguments.GetValue(Fat) ? seed.OpenFat() : seed.OpenIso();
            await ImageOutput.WriteAsync(
                arguments.GetRequiredValue(Output), volume, OutputOption.Of(arguments.GetValue(Force)), cancellationToken);
            return 0;
        });
        return command;
    }

    private static async Task<string?> ReadAsync(string? file, CancellationToken cancellationToken) =>
        file is null ? null : await File.ReadAllTextAsync(file, cancellationToken);
}
