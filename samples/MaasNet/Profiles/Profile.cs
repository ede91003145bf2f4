using System.Text.Json.Serialization;

namespace MaasNet.Profiles;

/// <summary>A server that the user has logged in to.</summary>
/// <param name="Name">The name given to it.</param>
/// <param name="Url">Its address, up to and with <c>/MAAS/</c>.</param>
/// <param name="Key">The API key.</param>
/// <param name="IsDefault">Whether commands without <c>--profile</c> use it: the last login.</param>
internal sealed record Profile(string Name, string Url, string Key, bool IsDefault)
{
    /// <summary>The address, without the key.</summary>
    public override string ToString() => $"{Name} {Url}";
}

/// <summary>The file of the profiles.</summary>
/// <param name="Profiles">The servers.</param>
internal sealed record ProfileFile(IReadOnlyList<Profile> Profiles);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(ProfileFile))]
internal sealed partial class ProfileJson : JsonSerializerContext;
