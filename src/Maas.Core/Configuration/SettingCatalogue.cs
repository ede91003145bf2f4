using static Maas.Core.Configuration.SettingKind;

namespace Maas.Core.Configuration;

/// <summary>
/// The settings of MAAS 3.5 that clients read and change. Those with an effect here can be changed. The others have the value that
/// describes this server, and another value is refused: a setting that is stored and does nothing would be a false promise.
/// </summary>
public static class SettingCatalogue
{
    /// <summary>Whether disks are erased whenever a machine is released.</summary>
    public const string EraseOnRelease = "enable_disk_erasing_on_release";

    /// <summary>Whether erasing uses the disks' own secure erase unless the request says otherwise.</summary>
    public const string SecureErase = "disk_erase_with_secure_erase";

    /// <summary>Whether erasing is quick unless the request says otherwise.</summary>
    public const string QuickErase = "disk_erase_with_quick_erase";

    /// <summary>Family of the operating system that is deployed when the request names none.</summary>
    public const string DefaultOsSystem = "default_osystem";

    /// <summary>Series of the operating system that is deployed when the request names none.</summary>
    public const string DefaultDistroSeries = "default_distro_series";

    /// <summary>The storage layout that a machine gets when it is commissioned.</summary>
    public const string DefaultStorageLayout = "default_storage_layout";

    /// <summary>Whether hosts that are seen on the served networks are recorded.</summary>
    public const string NetworkDiscovery = "network_discovery";

    /// <summary>Whether installers and deployed machines fetch packages through a proxy.</summary>
    public const string EnableHttpProxy = "enable_http_proxy";

    /// <summary>The address of another proxy than this server's own.</summary>
    public const string HttpProxy = "http_proxy";

    /// <summary>Whether machines use this server's proxy, and that one fetches through <see cref="HttpProxy"/>.</summary>
    public const string UsePeerProxy = "use_peer_proxy";

    /// <summary>Whether the selected images of sources are imported every hour.</summary>
    public const string AutomaticImport = "boot_images_auto_import";

    /// <summary>Whether images are imported without <see cref="HttpProxy"/>.</summary>
    public const string ImportWithoutProxy = "boot_images_no_proxy";

    /// <summary>How often deployed machines report their hardware.</summary>
    public const string HardwareSyncInterval = "hardware_sync_interval";

    private const SettingKind Flag = SettingKind.Boolean;
    private const string Host = "the host that runs this server configures it.";
    private const string NoInterface = "this server has no web interface.";
    private const string ProxyPort = "its proxy is on the port of its API.";
    private const string NoDiscovery = "this server does not scan networks.";
    private const string NoInstaller = "this server writes images and runs no installer.";
    private const string NoBmcSetup = "management controllers are set up with this value.";
    private const string NoPush = "this server pushes no statistics.";
    private const string NotModelled = "this server does not implement it.";

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<SettingDefinition> All { get; } =
    [
        .. new SettingDefinition[]
        {
            new("maas_name", Text, "\"maas\""),
            new("theme", Text, "\"\""),
            new("completed_intro", Flag, "true"),
            new(EraseOnRelease, Flag, "false"),
            new(SecureErase, Flag, "true"),
            new(QuickErase, Flag, "false"),
            new(DefaultOsSystem, Text, "\"\""),
            new(DefaultDistroSeries, Text, "\"\""),
            new(DefaultStorageLayout, Text, "\"flat\"") { Choices = ["bcache", "blank", "custom", "flat", "lvm"] },
            new(EnableHttpProxy, Flag, "true"),
            new(HttpProxy, Url, "null"),
            new(UsePeerProxy, Flag, "false"),
            new(AutomaticImport, Flag, "true"),
            new(ImportWithoutProxy, Flag, "false"),
            new(NetworkDiscovery, Text, "\"enabled\"") { Choices = ["disabled", "enabled"] },

            Fixed("node_timeout", Number, "30", Host),
            Fixed("upstream_dns", Text, "null", Host),
            Fixed("dnssec_validation", Text, "\"no\"", Host),
            Fixed("dns_trusted_acl", Text, "null", Host),
            Fixed("default_dns_ttl", Number, "30", Host),
            Fixed("maas_internal_domain", Text, "\"\"", Host),
            Fixed("ntp_servers", Text, "null", Host),
            Fixed("ntp_external_only", Flag, "false", Host),
            Fixed("remote_syslog", Text, "null", Host),
            Fixed("maas_syslog_port", Number, "514", Host),
            Fixed("kernel_opts", Text, "null", Host),
            Fixed("use_rack_proxy", Flag, "false", "this server is one process, without rack controllers."),
            Fixed("session_length", Number, "1209600", NoInterface),
            Fixed("enable_analytics", Flag, "false", NoInterface),
            Fixed("release_notifications", Flag, "false", NoInterface),
            Fixed("maas_proxy_port", Number, "8000", ProxyPort),
            Fixed("prefer_v4_proxy", Flag, "false", ProxyPort),
            Fixed("active_discovery_interval", Number, "0", NoDiscovery),
            Fixed("auto_vlan_creation", Flag, "false", NoDiscovery),
            Fixed("subnet_ip_exhaustion_threshold_count", Number, "16", NotModelled),
            Fixed("commissioning_distro_series", Text, "\"\"", "commissioning runs in this server's own environment."),
            Fixed("enlist_commissioning", Flag, "false", "enlistment runs no scripts here."),
            Fixed("default_min_hwe_kernel", Text, "\"\"", NoInstaller),
            Fixed("default_boot_interface_link_type", Text, "\"dhcp\"", NoInstaller),
            Fixed("curtin_verbose", Flag, "false", NoInstaller),
            Fixed("force_v1_network_yaml", Flag, "false", NoInstaller),
            Fixed("enable_third_party_drivers", Flag, "false", NoInstaller),
            Fixed("enable_kernel_crash_dump", Flag, "false", NoInstaller),
            Fixed("windows_kms_host", Text, "null", NoInstaller),
            Fixed("vcenter_server", Text, "\"\"", NoInstaller),
            Fixed("vcenter_username", Text, "\"\"", NoInstaller),
            Fixed("vcenter_password", Text, "\"\"", NoInstaller),
            Fixed("vcenter_datacenter", Text, "\"\"", NoInstaller),
            new(HardwareSyncInterval, Text, "\"15m\"") { Check = CheckInterval },
            Fixed("maas_auto_ipmi_user", Text, "\"maas\"", NoBmcSetup),
            Fixed("maas_auto_ipmi_user_privilege_level", Text, "\"ADMIN\"", NoBmcSetup),
            Fixed("maas_auto_ipmi_k_g_bmc_key", Text, "\"\"", NoBmcSetup),
            Fixed("maas_auto_ipmi_cipher_suite_id", Text, "\"\"", NoBmcSetup),
            Fixed("maas_auto_ipmi_workaround_flags", Text, "\"\"", NoBmcSetup),
            Fixed("prometheus_enabled", Flag, "false", NoPush),
            Fixed("prometheus_push_gateway", Text, "null", NoPush),
            Fixed("prometheus_push_interval", Number, "60", NoPush),
            Fixed("promtail_enabled", Flag, "false", NoPush),
            Fixed("promtail_port", Number, "5238", NoPush),
            Fixed("max_node_commissioning_results", Number, "10", NotModelled),
            Fixed("max_node_testing_results", Number, "10", NotModelled),
            Fixed("max_node_installation_results", Number, "3", NotModelled),
            Fixed("max_node_release_results", Number, "3", NotModelled),
            Fixed("max_node_deployment_results", Number, "3", NotModelled),
            Fixed("tls_cert_expiration_notification_enabled", Flag, "false", Host),
            Fixed("tls_cert_expiration_notification_interval", Number, "30", Host),
        }.OrderBy(setting => setting.Name, StringComparer.Ordinal),
    ];

    /// <summary>
    /// The setting of this name; <see langword="null"/> when MAAS has none. <c>ntp_server</c> is an old name of <c>ntp_servers</c>.
    /// </summary>
    public static SettingDefinition? Find(string name)
    {
        var present = name == "ntp_server" ? "ntp_servers" : name;
        return All.FirstOrDefault(setting => setting.Name == present);
    }

    /// <summary>MAAS's words for a name that is no setting's.</summary>
    public static string UnknownName(string name) =>
        $"{name} is not a valid config setting (valid settings are: {string.Join(", ", All.Select(setting => setting.Name))}).";

    private static string? CheckInterval(string text) => IntervalText.TryRead(text, out _) ? null
        : "Hardware Sync Interval must be a time between one minute and one day, such as 15m or 1h30m.";

    private static SettingDefinition Fixed(string name, SettingKind kind, string value, string because) =>
        new(name, kind, value) { FixedBecause = because };
}
