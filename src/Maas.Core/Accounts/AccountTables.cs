using System.Text.Json.Serialization;
using Maas.Core.Records;

namespace Maas.Core.Accounts;

/// <summary>The tables of what belongs to users, who are no records themselves.</summary>
internal static class AccountTables
{
    public static RecordTable<SslKey> SslKeys { get; } = new(
        "ssl_keys",
        AccountJson.Default.SslKey,
        [
            RecordColumn.Number<SslKey>("user", key => key.UserId),
            RecordColumn.Text<SslKey>("key", key => key.Key),
        ],
        [new RecordKey(FormMessages.WholeForm, "user", "key")]);

    /// <summary>Groups and their members raise the epoch so that what is cached of them is known to be current.</summary>
    public static RecordTable<UserGroup> UserGroups { get; } = new(
        "user_groups",
        AccountJson.Default.UserGroup,
        [RecordColumn.Text<UserGroup>("name", group => group.Name)],
        [new RecordKey("name", "name")])
    { RaisesEpoch = true };

    public static RecordTable<UserGroupMember> UserGroupMembers { get; } = new(
        "user_group_members",
        AccountJson.Default.UserGroupMember,
        [
            RecordColumn.Reference<UserGroupMember>("group", member => member.GroupId, UserGroups, cascades: true),
            RecordColumn.Number<UserGroupMember>("user", member => member.UserId),
        ],
        [new RecordKey("username", "group", "user")])
    { RaisesEpoch = true };

    public static RecordTable<UserSession> Sessions { get; } = new(
        "user_sessions",
        AccountJson.Default.UserSession,
        [
            RecordColumn.Text<UserSession>("token", session => session.TokenHash),
            RecordColumn.Number<UserSession>("user", session => session.UserId),
        ],
        [new RecordKey("token", "token")]);

    public static IReadOnlyList<RecordTable> All { get; } = [SslKeys, UserGroups, UserGroupMembers, Sessions];
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SslKey))]
[JsonSerializable(typeof(UserGroup))]
[JsonSerializable(typeof(UserGroupMember))]
[JsonSerializable(typeof(UserSession))]
internal sealed partial class AccountJson : JsonSerializerContext;
