namespace Maas.Core.Inventory;

/// <summary>Names of the vendors whose devices servers have, by the PCI vendor ids that the PCI-SIG assigned to them.</summary>
internal static class PciVendors
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["1000"] = "Broadcom / LSI",
        ["1002"] = "Advanced Micro Devices, Inc. [AMD/ATI]",
        ["1011"] = "Digital Equipment Corporation",
        ["1014"] = "IBM",
        ["101a"] = "NCR Corporation",
        ["1022"] = "Advanced Micro Devices, Inc. [AMD]",
        ["102b"] = "Matrox Electronics Systems Ltd.",
        ["103c"] = "Hewlett-Packard Company",
        ["104c"] = "Texas Instruments",
        ["1077"] = "QLogic Corp.",
        ["108e"] = "Oracle/SUN",
        ["1095"] = "Silicon Image, Inc.",
        ["10b5"] = "PLX Technology, Inc.",
        ["10de"] = "NVIDIA Corporation",
        ["10df"] = "Emulex Corporation",
        ["10ec"] = "Realtek Semiconductor Co., Ltd.",
        ["10ee"] = "Xilinx Corporation",
        ["1106"] = "VIA Technologies, Inc.",
        ["111d"] = "Renesas Technology Corp.",
        ["1137"] = "Cisco Systems Inc",
        ["1166"] = "Broadcom",
        ["1179"] = "Toshiba Corporation",
        ["11ab"] = "Marvell Technology Group Ltd.",
        ["1234"] = "QEMU",
        ["126f"] = "Silicon Motion, Inc.",
        ["1344"] = "Micron Technology Inc",
        ["1414"] = "Microsoft Corporation",
        ["1425"] = "Chelsio Communications Inc",
        ["144d"] = "Samsung Electronics Co Ltd",
        ["14e4"] = "Broadcom Inc. and subsidiaries",
        ["1590"] = "Hewlett Packard Enterprise",
        ["15ad"] = "VMware",
        ["15b3"] = "Mellanox Technologies",
        ["15b7"] = "Sandisk Corp",
        ["168c"] = "Qualcomm Atheros",
        ["177d"] = "Cavium, Inc.",
        ["17d3"] = "Areca Technology Corp.",
        ["1924"] = "Solarflare Communications",
        ["19a2"] = "Emulex Corporation",
        ["19e5"] = "Huawei Technologies Co., Ltd.",
        ["1a03"] = "ASPEED Technology, Inc.",
        ["1af4"] = "Red Hat, Inc.",
        ["1b21"] = "ASMedia Technology Inc.",
        ["1b36"] = "Red Hat, Inc.",
        ["1b4b"] = "Marvell Technology Group Ltd.",
        ["1bb1"] = "Seagate Technology PLC",
        ["1c5c"] = "SK hynix",
        ["1c5f"] = "Beijing Memblaze Technology Co. Ltd.",
        ["1d0f"] = "Amazon.com, Inc.",
        ["1d6a"] = "Aquantia Corp.",
        ["1dd8"] = "AMD Pensando Systems",
        ["1e0f"] = "KIOXIA Corporation",
        ["8086"] = "Intel Corporation",
        ["9005"] = "Adaptec",
    };

    /// <summary>The vendor's name; its id, in capitals, when it has none here.</summary>
    public static string NameOf(string id) => Names.GetValueOrDefault(id) ?? id.ToUpperInvariant();

    /// <summary>The vendor that a processor's model names; empty when it names none.</summary>
    public static string OfProcessor(string model) =>
        model.Contains("Intel", StringComparison.OrdinalIgnoreCase) ? "Intel Corp."
        : model.Contains("AMD", StringComparison.OrdinalIgnoreCase) ? "Advanced Micro Devices [AMD]"
        : model.Contains("Ampere", StringComparison.OrdinalIgnoreCase) ? "Ampere(R)"
        : model.Contains("ARM", StringComparison.OrdinalIgnoreCase) || model.Contains("Cortex", StringComparison.OrdinalIgnoreCase) ? "ARM"
        : model.Contains("IBM", StringComparison.OrdinalIgnoreCase) || model.Contains("POWER", StringComparison.Ordinal) ? "IBM"
        : "";
}
