using Maas.Core.Accounts;
using Maas.Core.Configuration;
using Maas.Core.Images;
using Maas.Core.Nodes;
using Maas.Core.Records;
using Maas.Core.Scripts;
using Maas.Core.Topology;

namespace Maas.Core;

/// <summary>All tables of records. A table comes after those that it refers to.</summary>
internal static class RecordTables
{
    public static IReadOnlyList<RecordTable> All { get; } =
    [
        .. TopologyTables.All, Controllers.Table, Hosts.Table, .. NodeTables.All, .. TagTables.All, .. ConfigurationTables.All,
        .. AccountTables.All, .. NotificationTables.All, .. NodeScriptTables.All, .. BootSourceTables.All,
        ImageOrigin.Table, ImageImportStatus.Table, ReceivedBootFiles.Table,
    ];
}
